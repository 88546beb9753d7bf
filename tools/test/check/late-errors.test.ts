import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const lateErrors = join(import.meta.dirname, '..', '..', 'check', 'late-errors.ts');

/** Runs a script that has loaded the module, outside of any test. */
function runWith(script: string): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['--import', lateErrors, '--eval', script], {
    encoding: 'utf8',
  });
  return { status, stderr };
}

test('the cause of an error is written with it', () => {
  const { stderr } = runWith(`throw new Error('late', { cause: new Error('a reset connection') });`);
  assert.match(
    stderr,
    /^uncaught error: .*Error: late\n(?: +at .*\n)+caused by Error: a reset connection\n/s,
  );
});

test('a process that handles no rejection ends by one, as without the module', () => {
  const { status, stderr } = runWith(`void Promise.reject(new Error('late'));`);
  assert.equal(status, 1);
  assert.match(stderr, /^unhandled rejection: Error: late\n/);
});

test('a process that handles rejections itself keeps running', () => {
  const { status, stderr } = runWith(
    `process.on('unhandledRejection', () => undefined); void Promise.reject(new Error('late'));`,
  );
  assert.equal(status, 0);
  assert.match(stderr, /^unhandled rejection: Error: late\n/);
});
