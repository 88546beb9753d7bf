import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { Redis } from 'iovalkey';
import { selfTestResult } from '../../../../src/verify/self-test-result.ts';
import { MESSAGES } from '../../../../src/workloads/messages/index.ts';

const servers = useServers('valkey', 'redis');

describe('verify --self-test', () => {
  it('finds each planted fault in both real stores, and leaves no key behind', async () => {
    const { addresses } = servers();
    const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-self-test-'));
    const { found, planted, lines } = selfTestResult(
      MESSAGES.plants,
      await MESSAGES.plants.check({ addresses, stateDirectory, onEvent: () => undefined }),
    );
    assert.deepEqual([found, planted], [14, 14], lines.join('\n'));
    assert.equal(lines.length, 15);
    assert.match(lines[0] ?? '', /no fault +exact in both lanes/);
    const client = new Redis(addresses.valkey.url);
    assert.deepEqual(await client.keys('self-test:*'), []);
    client.disconnect();
    await rm(stateDirectory, { recursive: true });
  });
});
