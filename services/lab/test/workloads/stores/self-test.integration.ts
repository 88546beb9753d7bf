import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { Kafka, logLevel } from 'kafkajs';
import { Client } from 'pg';
import { selfTestResult } from '../../../src/verify/self-test-result.ts';
import { withIgniteReader } from '../../../src/workloads/messages/verify/rows/ignite-reader.ts';
import { STORES_SYSTEM } from '../../../src/workloads/stores/index.ts';

const servers = useServers('kafka', 'postgresql', 'ignite');

describe('verify --self-test of stores', () => {
  it('finds each planted fault in both stores that keep rows, and leaves nothing behind', async () => {
    const { addresses } = servers();
    const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-self-test-'));
    const { found, planted, lines } = selfTestResult(
      STORES_SYSTEM.plants,
      await STORES_SYSTEM.plants.check({ addresses, stateDirectory, onEvent: () => undefined }),
    );
    assert.deepEqual([found, planted], [4, 4], lines.join('\n'));
    assert.equal(lines[0], 'no fault                            exact in PostgreSQL and in Ignite');
    const client = new Client({ connectionString: addresses.postgresql.url });
    await client.connect();
    const { rows } = await client.query(
      "select nspname from pg_namespace where nspname like 'caudal_self_test_%'",
    );
    await client.end();
    assert.deepEqual(rows, []);
    const caches = await withIgniteReader(addresses.ignite.url, (reader) => reader.names());
    assert.deepEqual(
      caches.filter((name) => name.startsWith('caudal_self_test_')),
      [],
    );
    const admin = new Kafka({ brokers: [addresses.kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = await admin.listTopics();
    await admin.disconnect();
    assert.deepEqual(
      topics.filter((name) => name.startsWith('self-test-')),
      [],
    );
    await rm(stateDirectory, { recursive: true });
  });
});
