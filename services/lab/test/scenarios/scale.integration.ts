import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { type Bed, startBed } from './bed.ts';
import { scaleUpAndDown } from './scale.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

describe('consumers scaled 1 → 4 → 1 under load', () => {
  let bed: Bed;
  before(async () => {
    bed = await startBed(servers());
  });
  after(() => bed.stop());

  it('stay exact, and their members and partitions are visible', () => scaleUpAndDown(bed, 4));
});
