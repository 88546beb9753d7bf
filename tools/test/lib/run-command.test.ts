import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrerequisiteError } from '../../lib/prerequisite-error.ts';
import { isInstalled, runCommand } from '../../lib/run-command.ts';

test('a command that succeeds gives what it wrote', async () => {
  const output = await runCommand('sh', ['-c', 'echo out; echo err >&2; echo "$WORD"'], {
    environment: { WORD: 'given' },
  });
  assert.deepEqual(output, { stdout: 'out\ngiven\n', stderr: 'err\n' });
});

test('a command that fails reports its status and the end of its output', async () => {
  await assert.rejects(
    runCommand('sh', ['-c', 'echo some context; echo the reason >&2; exit 3']),
    /sh exited with status 3:\nsome context\nthe reason$/,
  );
});

test('a program that is not installed is named', async () => {
  await assert.rejects(
    runCommand('no-such-program', []),
    (error: unknown) =>
      error instanceof PrerequisiteError && error.message === 'no-such-program is not installed',
  );
  assert.equal(await isInstalled('no-such-program'), false);
  assert.equal(await isInstalled('sh'), true);
});

test('aborting ends the command with the reason given', async () => {
  const abort = new AbortController();
  const running = runCommand('sleep', ['60'], { signal: abort.signal });
  abort.abort(new Error('given up'));
  await assert.rejects(running, /^Error: given up$/);
});
