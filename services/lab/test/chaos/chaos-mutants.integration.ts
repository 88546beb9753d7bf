import { defaultLanes } from '@caudal/common/lanes';
import { useServers } from '@caudal/common/testing';
import { MESSAGES } from '../../src/workloads/messages/index.ts';
import { describeMutants } from '../support/describe-mutants.ts';

describeMutants(defaultLanes, MESSAGES.mutants, useServers('rabbitmq', 'kafka', 'valkey', 'redis'));
