import { describeLane } from '@caudal/common/lanes';
import { useServers } from '@caudal/common/testing';
import { STORES_SYSTEM } from '../../../src/workloads/stores/index.ts';
import { ROW_LANES } from '../../../src/workloads/stores/lanes.ts';
import { describeMutants } from '../../support/describe-mutants.ts';

describeMutants(
  (names) => ROW_LANES.map(({ name, broker, store }) => describeLane({ name, broker, store }, names)),
  STORES_SYSTEM.mutants,
  useServers('kafka', 'postgresql', 'ignite'),
);
