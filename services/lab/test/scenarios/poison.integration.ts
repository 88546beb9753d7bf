import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { type Bed, startBed } from './bed.ts';
import { poisonLanes } from './poison.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

describe('poison put straight into the queue and the topic', () => {
  let bed: Bed;
  before(async () => {
    bed = await startBed(servers(), { 'rabbitmq-consumer': 2, 'kafka-consumer': 2 });
  });
  after(() => bed.stop());

  it('is parked, all 200 of it, with reasons; the rest is stored and no process dies', () =>
    poisonLanes(bed, servers()));
});
