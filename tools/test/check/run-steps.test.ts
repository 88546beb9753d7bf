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

test('a file whose process fails, though its tests pass, is reported with the error', async () => {
  const { status, output } = await runCheck(
    `test('early', () => { console.error('a last word'); setTimeout(() => { throw new Error('too late'); }, 20); });
     test('late', () => new Promise((resolve) => setTimeout(resolve, 100)));`,
  );
  assert.equal(status, 1);
  const failed = output.slice(output.indexOf('what failed'));
  assert.match(failed, /sample\.test\.mjs:1\)\n {2}test failed\n {2}its process exited with status 1\n/);
  assert.match(failed, /Test "early" .*created the error "Error: too late"/);
  assert.match(
    failed,
    /\n {2}a last word\n {2}uncaught error: Error: too late\n {6}at .*sample\.test\.mjs:2/,
  );
  assert.match(failed, /\n2 passed, 1 failed\n$/);
});

test('of what such a file wrote to its standard error, the last lines are repeated', async () => {
  const { output } = await runCheck(
    `test('early', () => { for (let n = 1; n <= 100; n++) console.error('line ' + n); process.exitCode = 1; });`,
  );
  const failed = output.slice(output.indexOf('what failed'));
  assert.deepEqual(
    [...failed.matchAll(/line (\d+)/g)].map(([, n]) => Number(n)),
    Array.from({ length: 60 }, (_, index) => 41 + index),
  );
});

test('a promise that is rejected after its test is reported with the place', async () => {
  const { output } = await runCheck(
    `test('early', () => { setTimeout(() => { void Promise.reject(new Error('too late')); }, 20); });
     test('late', () => new Promise((resolve) => setTimeout(resolve, 100)));`,
  );
  assert.match(output, /what failed:\n.*\n {2}test failed\n/);
  assert.match(output, /unhandled rejection: Error: too late\n {6}at .*sample\.test\.mjs:2/);
});

test('a file whose process is killed is reported with the signal', async () => {
  const { status, output } = await runCheck(
    `test('alone', () => { process.on('exit', () => process.kill(process.pid, 'SIGKILL')); });`,
  );
  assert.equal(status, 1);
  assert.match(output, /what failed:\n.*\n {2}test failed\n {2}its process was ended by SIGKILL\n/);
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

/** Runs steps in a process of its own, and returns what it prints. */
async function runScript(steps: string): Promise<string> {
  const script = `
    import { runSteps } from ${JSON.stringify(join(check, 'run-steps.ts'))};
    const started = new Set();
    const untilStarted = async (name) => {
      while (!started.has(name)) await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const meet = (name, group, other) => ({
      name,
      group,
      async run(print) {
        started.add(name);
        await untilStarted(other);
        print(name + ' met ' + other + '\\n');
        return { passed: 1, failed: 0 };
      },
    });
    await runSteps([${steps}], []);`;
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { env: { ...process.env, NODE_TEST_CONTEXT: undefined }, timeout: 20_000 },
      (_, stdout) => resolve(stdout),
    );
  });
}

test('steps of a group run at the same time, each with its output in one piece, and are listed in their order', async () => {
  const output = await runScript(`meet('b', 'pair', 'a'), meet('a', 'pair', 'b')`);
  assert.match(output, /\n── a\na met b\n/);
  assert.match(output, /\n── b\nb met a\n/);
  assert.match(output, /\nok {4}b \(1 passed.*\nok {4}a \(1 passed.*\n\n2 passed, 0 failed\n$/);
});

test('a step of another group or of none waits for the one before it', async () => {
  const output = await runScript(`
    { name: 'a', group: 'one', run: async () => { await new Promise((r) => setTimeout(r, 100)); started.add('a'); return { passed: 1, failed: 0 }; } },
    { name: 'b', group: 'two', run: async () => ({ passed: started.has('a') ? 1 : 0, failed: started.has('a') ? 0 : 1 }) },
    { name: 'c', run: async (print) => ({ passed: print === undefined ? 1 : 0, failed: print === undefined ? 0 : 1 }) }`);
  assert.match(output, /\n3 passed, 0 failed\n$/);
});
