import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Servers, startServers } from '../../servers/servers.ts';

/** Attempts to kill before a checkpoint of a few pages is over. */
const ATTEMPTS = 10;

let directory = '';
let servers: Servers;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-ignite-recovery-'));
  servers = await startServers({ only: ['ignite'], dataDirectory: directory });
});
after(async () => {
  await servers?.down();
  await rm(directory, { recursive: true, force: true });
});

const checkpoints = () => join(directory, 'ignite', 'work', 'db', 'caudal', 'cp');

/** Number of checkpoints that have a mark of their start and none of their end. */
async function openCheckpoints(): Promise<number> {
  const marks = await readdir(checkpoints());
  const starts = marks.filter((mark) => mark.endsWith('START.bin'));
  return starts.filter((mark) => !marks.includes(mark.replace('START', 'END'))).length;
}

/**
 * Starts the node and kills it as soon as it has written the mark of a checkpoint's start. On a busy machine that may be noticed when
 * the node has started already.
 */
async function killDuringCheckpoint(): Promise<void> {
  const known = new Set(await readdir(checkpoints()));
  const watcher = watch(checkpoints(), (_, mark) => {
    const pid = servers.pid('ignite');
    if (pid !== undefined && mark?.endsWith('START.bin') && !known.has(mark)) process.kill(pid, 'SIGKILL');
  });
  try {
    await servers
      .start('ignite')
      .catch((error: unknown) => assert.match(String(error), /exited during startup/));
  } finally {
    watcher.close();
  }
  if ((await servers.status('ignite')) === 'running') await servers.kill('ignite', 'SIGTERM');
}

test('a node that is killed during the checkpoint of its start starts again', async () => {
  await servers.kill('ignite', 'SIGTERM');
  for (let attempt = 0; (await openCheckpoints()) === 0; attempt += 1) {
    assert.ok(attempt < ATTEMPTS, 'every checkpoint was over before the kill');
    await killDuringCheckpoint();
  }
  await servers.start('ignite');
  assert.equal(await servers.status('ignite'), 'running');
});
