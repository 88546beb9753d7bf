import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startServers } from '../../../../../../tools/servers/servers.ts';
import { REHEARSE_PROMOTION } from '../../../../src/workloads/films/promotion/rehearse-promotion.ts';

test('a replica takes the place of a killed primary, the other follows it, and no acknowledged row is lost', async () => {
  const plan = REHEARSE_PROMOTION.line.parse(['--seconds', '1']);
  const directory = await mkdtemp(join(tmpdir(), 'caudal-rehearsal-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  // Of its own: it leaves them with another primary.
  const servers = await startServers({ only: plan.servers, dataDirectory: directory, onProgress: say });
  try {
    const { signal } = new AbortController();
    const { passed, markdown } = await plan.run({ servers, versions: {}, say, signal });
    assert.ok(passed, markdown);
    assert.match(markdown, /No acknowledged row is lost/);
  } finally {
    await servers.down();
    await rm(directory, { recursive: true, force: true });
  }
});
