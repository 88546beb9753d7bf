import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { runChaos } from '../../src/chaos/run-chaos.ts';
import { messagesChaos } from '../../src/workloads/messages/chaos.ts';
import { readLanes } from '../../src/workloads/messages/lanes.ts';
import { uniqueNames } from '../support/unique-names.ts';
import { useK6 } from '../support/use-k6.ts';
import { type Bed, startBed } from './bed.ts';
import { brokerOutage, storeOutage } from './outage.ts';
import { poisonLanes } from './poison.ts';
import { scaleUpAndDown } from './scale.ts';

// first: it takes two minutes
const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');
const k6 = useK6();

/** Every broker with every store: two lanes read each broker, two write each store. */
const LANES = 'rabbitmq-valkey,kafka-redis,kafka-valkey,rabbitmq-redis';

describe('four lanes on shared servers, by configuration alone', () => {
  describe('of one deployment', () => {
    let bed: Bed;
    before(async () => {
      bed = await startBed(servers(), {}, LANES);
    });
    after(() => bed.stop());

    it('each park all poison', () => poisonLanes(bed, servers()));
    for (const store of ['valkey', 'redis'] as const) {
      it(`pause in an outage of ${store} where they write it, and nowhere else`, () =>
        storeOutage(bed, servers(), store));
    }
    for (const broker of ['rabbitmq', 'kafka'] as const) {
      it(`survive an outage of ${broker}`, () => brokerOutage(bed, servers(), broker));
    }
    it('are scaled 1 → 2 → 1', () => scaleUpAndDown(bed, 2));
  });

  it('are exact after a short run of chaos in which every fault is felt', async (test) => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-four-lanes-'));
    const names = uniqueNames('four');
    const lanes = readLanes(LANES, names);
    try {
      const chaos = await runChaos({
        workload: messagesChaos({ addresses: servers().addresses, lanes, names }),
        servers: servers(),
        k6: k6(),
        seed: 'four',
        messages: 1_500,
        kills: 1,
        stops: 0,
        networkFaults: 1,
        stopMs: 5_000,
        // Of an added lane a consumer and its connection to the store; a broker, and both stores, which hit all four lanes.
        // The outages above break the other broker.
        targets: ['rabbitmq-redis-consumer-1', 'rabbitmq-redis', 'rabbitmq', 'valkey', 'redis'],
        maxRecoveryMs: 45_000,
        stateDirectory: join(directory, 'state'),
        resultDirectory: join(directory, 'results'),
        onEvent: (line) => test.diagnostic(line),
        onProgress: () => undefined,
        signal: test.signal,
      });
      assert.deepEqual(chaos.verdict.failures, []);
      assert.deepEqual(
        chaos.result.account.lanes.map(({ lane }) => lane).sort(),
        lanes.map(({ name }) => name).sort(),
      );
      // Four kills; replies swallowed and reset on one connection.
      assert.equal(chaos.outcomes.length, 6);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
