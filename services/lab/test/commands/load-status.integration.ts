import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startFaultyIngest } from '../../../../load-tests/test/faulty-ingest.ts';
import { startFakeConsole } from '../support/fake-console.ts';
import { runCommand } from '../support/run-command.ts';

describe('the exit status of npm run load', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-load-status-'));
  });
  after(() => rm(directory, { recursive: true }));

  it('is 1 when a message was stored twice', async () => {
    const ingest = await startFaultyIngest();
    const twice = () => {
      const byCountry = ingest.counted();
      const [first] = Object.keys(byCountry);
      return first === undefined
        ? { byCountry }
        : { byCountry: { ...byCountry, [first]: (byCountry[first] ?? 0) + 1 }, repeated: 1 };
    };
    const console = await startFakeConsole({ one: () => ({ byCountry: ingest.counted() }), two: twice });
    try {
      const args = ['seed', '--messages', '50', '--users', '5', '--base-url', ingest.url];
      const { status, stdout, stderr } = await runCommand(
        'load',
        [...args, '--console-url', console.url],
        join(directory, 'twice'),
      );
      assert.equal(status, 1, stdout + stderr);
      assert.match(stdout, /\nNOT exact: lost 0, doubled 1\n {2}two: 1 doubled, /);
    } finally {
      await console.close();
      await ingest.close();
    }
  });

  it('is 1 when a threshold of the load test is missed, though the account is exact', async () => {
    const ingest = await startFaultyIngest({ refuseCountry: 'GT' });
    const console = await startFakeConsole({ one: () => ({ byCountry: ingest.counted() }) });
    try {
      const args = ['seed', '--messages', '400', '--users', '5', '--base-url', ingest.url];
      const { status, stdout, stderr } = await runCommand(
        'load',
        [...args, '--console-url', console.url],
        join(directory, 'refused'),
      );
      assert.equal(status, 1, stdout + stderr);
      assert.match(stdout, /\nexact: /);
      assert.match(stdout, /load-test threshold failed: messages_refused/);
    } finally {
      await console.close();
      await ingest.close();
    }
  });
});
