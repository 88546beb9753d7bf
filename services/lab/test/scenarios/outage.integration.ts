import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { type Bed, startBed } from './bed.ts';
import { brokerOutage, storeOutage } from './outage.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

describe('an outage', () => {
  let bed: Bed;
  before(async () => {
    bed = await startBed(servers());
  });
  after(() => bed.stop());

  for (const store of ['valkey', 'redis'] as const) {
    it(`of ${store} pauses its lane and no other, is named, restarts nothing, and drains to exact`, () =>
      storeOutage(bed, servers(), store));
  }
  for (const broker of ['rabbitmq', 'kafka'] as const) {
    it(`of ${broker} is answered with 503 that names it, and ends automatically, exact`, () =>
      brokerOutage(bed, servers(), broker));
  }
});
