import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const check = join(import.meta.dirname, '..', '..', 'check');

/** Runs a check of one step over one test file, in a process of its own. */
async function runCheck(testFile: string): Promise<{ readonly status: unknown; readonly output: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-run-steps-'));
  try {
    const file = join(directory, 'sample.test.mjs');
    await writeFile(file, `import { test } from 'node:test';\n${testFile}`);
    const script = `
      import { runSteps } from ${JSON.stringify(join(check, 'run-steps.ts'))};
      import { runTestsOneByOne } from ${JSON.stringify(join(check, 'steps.ts'))};
      await runSteps([{ name: 'sample', run: () => runTestsOneByOne([${JSON.stringify(file)}]) }], []);`;
    return await new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', script],
        // A runner within a test would report to this one.
        { env: { ...process.env, NODE_TEST_CONTEXT: undefined } },
        (error, stdout) => resolve({ status: error?.code ?? 0, output: stdout }),
      );
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('a check that passes ends with its counts alone', async () => {
  const { status, output } = await runCheck(`test('right', () => {});`);
  assert.equal(status, 0);
  assert.match(output, /\n1 passed, 0 failed\n$/);
  assert.doesNotMatch(output, /what failed/);
});

test('a check that fails names at its end the test within, its file and its error', async () => {
  const { status, output } = await runCheck(
    `test('outer', async (t) => { await t.test('inner', () => { throw new Error('one is not two'); }); });`,
  );
  assert.equal(status, 1);
  assert.match(
    output,
    /\nwhat failed:\n✖ sample: inner \(.*sample\.test\.mjs:2\)\n {2}one is not two\n\nFAIL {2}sample .*\n\n0 passed, 2 failed\n$/,
  );
});

test('a skipped test is a failure', async () => {
  const { status, output } = await runCheck(`test('later', { skip: true }, () => {});`);
  assert.equal(status, 1);
  assert.match(output, /\n0 passed, 1 failed\n$/);
});

test('the slowest tests and files and the number of files are listed', async () => {
  const { output } = await runCheck(
    `test('fast', () => {}); test('slow', () => new Promise((resolve) => setTimeout(resolve, 1_000)));`,
  );
  assert.match(
    output,
    /\nslowest tests:\n +\d+\.\d s {2}slow \(.*sample\.test\.mjs\)\n +\d+\.\d s {2}fast \(/,
  );
  assert.match(output, /\nslowest files:\n +\d+\.\d s {2}.*sample\.test\.mjs\n\n1 test files\n/);
});
