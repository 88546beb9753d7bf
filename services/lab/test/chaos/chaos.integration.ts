import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { runChaos } from '../../src/chaos/run-chaos.ts';
import { messagesChaos } from '../../src/workloads/messages/chaos.ts';
import { uniqueNames } from '../support/unique-names.ts';
import { useK6 } from '../support/use-k6.ts';

// first: it takes two minutes
const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');
const k6 = useK6();

const MESSAGES = 2_000;
/** One process of each kind: the other one of the kind takes over. */
const TARGETS = [
  'ingest-api-1',
  'rabbitmq-consumer-1',
  'kafka-consumer-1',
  'rabbitmq',
  'kafka',
  'valkey',
  'redis',
];

describe('a short run of chaos', () => {
  it('kills one process of each kind and every server and breaks both networks: exact, with every fault felt', async (test) => {
    const directory = await mkdtemp(join(tmpdir(), 'caudal-chaos-'));
    try {
      const chaos = await runChaos({
        workload: messagesChaos({
          addresses: servers().addresses,
          names: uniqueNames('chaos'),
          replicas: { 'ingest-api': 2, 'rabbitmq-consumer': 2, 'kafka-consumer': 2 },
        }),
        servers: servers(),
        k6: k6(),
        seed: 'ci',
        messages: MESSAGES,
        kills: 1,
        stops: 0,
        networkFaults: 1,
        stopMs: 5_000,
        targets: TARGETS,
        maxRecoveryMs: 45_000,
        stateDirectory: join(directory, 'state'),
        resultDirectory: join(directory, 'results'),
        onEvent: (line) => test.diagnostic(line),
        onProgress: () => undefined,
        signal: test.signal,
      });
      assert.deepEqual(chaos.verdict.failures, []);
      const { accepted } = chaos.result.load.messages;
      assert.ok(accepted < 4 * MESSAGES, `the load did not end with the faults: ${accepted} messages`);
      for (const { name, summary, mayBeHidden } of chaos.signs) {
        if (summary !== undefined && !mayBeHidden) assert.ok((chaos.verdict.total[name] ?? 0) > 0, name);
      }
      // Each killed; replies swallowed and reset before two stores.
      assert.equal(chaos.outcomes.length, TARGETS.length + 4);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
