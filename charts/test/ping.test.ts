import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

const LOADING = 'LOADING Redis is loading the dataset in memory';

describe('the probe of a store', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-ping-'));
  });
  after(() => rm(directory, { recursive: true }));

  /** Whether the probe passes when the store's client prints this and ends so, and what it says. */
  async function probe(what: 'ready' | 'alive', answer: string, status = 0) {
    const client = join(directory, 'store-cli');
    await writeFile(
      client,
      `#!/bin/sh\n[ "$REDISCLI_AUTH $*" = 'secret -h 127.0.0.1 --user exporter --no-auth-warning ping' ] || exit 9\n` +
        `echo '${answer}'; exit ${status}\n`,
    );
    await chmod(client, 0o755);
    return await new Promise<{ readonly passed: boolean; readonly said: string }>((resolve) => {
      execFile(
        'sh',
        [join(chart, 'files', 'stores', 'ping.sh'), client, what],
        { env: { PATH: process.env.PATH, EXPORTER_PASSWORD: 'secret' } },
        (error, stdout) => resolve({ passed: error === null, said: stdout.trim() }),
      );
    });
  }

  it('passes for a store that answers', async () => {
    assert.deepEqual(await probe('ready', 'PONG'), { passed: true, said: '' });
    assert.deepEqual(await probe('alive', 'PONG'), { passed: true, said: '' });
  });

  it('calls a store that reads its file back alive, and not ready', async () => {
    assert.deepEqual(await probe('ready', LOADING), { passed: false, said: LOADING });
    assert.deepEqual(await probe('alive', LOADING), { passed: true, said: '' });
  });

  it('fails for a store that is not there, or says nothing', async () => {
    for (const what of ['ready', 'alive'] as const) {
      assert.equal((await probe(what, 'Could not connect', 1)).passed, false, what);
      assert.equal((await probe(what, '')).passed, false, what);
    }
  });

  it('calls a store that refuses its user not ready, which a restart would not change', async () => {
    const refused = 'NOAUTH Authentication required.';
    assert.deepEqual(await probe('ready', refused), { passed: false, said: refused });
    assert.equal((await probe('alive', refused)).passed, true);
  });
});
