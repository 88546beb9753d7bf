import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const check = join(import.meta.dirname, '..', '..', 'check');

/** Runs test files on two places, in a process of its own, each its own group by default; what it prints, and its result. */
async function runBeside(
  files: Readonly<Record<string, string>>,
  options = '',
  group: (paths: readonly string[]) => readonly (readonly string[])[] = (paths) =>
    paths.map((path) => [path]),
) {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-run-beside-'));
  try {
    const paths = Object.keys(files).map((name) => join(directory, name));
    for (const path of paths)
      await writeFile(path, `import { test } from 'node:test';\n${files[basename(path)]}`);
    const groups = group(paths);
    const script = `
      import { runTestsBeside } from ${JSON.stringify(join(check, 'run-beside.ts'))};
      const result = await runTestsBeside(${JSON.stringify(groups)}, { places: 2, ${options} });
      process.stdout.write('\\nRESULT ' + JSON.stringify(result));`;
    const output = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        ['--input-type=module', '--eval', script],
        // A runner within a test would report to this one.
        { env: { ...process.env, NODE_TEST_CONTEXT: undefined, SHARED: directory } },
        (_, stdout) => resolve(stdout),
      );
    });
    const [said = '', json = '{}'] = output.split('\nRESULT ');
    const result = JSON.parse(json) as { passed: number; failed: number; files: number; failures: string[] };
    return { said, result };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Passes only while the other file runs too. */
const meets = (own: string, other: string) => `
  import { existsSync, writeFileSync } from 'node:fs';
  test('${own} meets ${other}', async () => {
    writeFileSync(process.env.SHARED + '/${own}', '');
    while (!existsSync(process.env.SHARED + '/${other}')) await new Promise((resolve) => setTimeout(resolve, 10));
  });`;

test('two files run at the same time, and the output of each is in one piece', async () => {
  const { said, result } = await runBeside(
    { 'a.test.mjs': meets('a', 'b'), 'b.test.mjs': meets('b', 'a') },
    'timeoutMs: 20_000',
  );
  assert.deepEqual([result.passed, result.failed, result.files], [2, 0, 2]);
  const headings = [...said.matchAll(/([ab])\.test\.mjs\n|✔ ([ab]) meets/g)].map(
    ([, file, of]) => file ?? of,
  );
  assert.ok(/^(aabb|bbaa)$/.test(headings.join('')), said);
});

test('the files of a group run one after the other, in their order', async () => {
  const writes = `
    import { appendFileSync } from 'node:fs';
    import { basename } from 'node:path';
    test('writes twice', async () => {
      const say = (text) => appendFileSync(process.env.SHARED + '/log', text);
      say(basename(import.meta.filename)[0]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      say(basename(import.meta.filename)[0]);
    });`;
  const last = `
    import { readFileSync } from 'node:fs';
    test('sees them in order', () => {
      const log = readFileSync(process.env.SHARED + '/log', 'utf8');
      if (log !== 'bbaa') throw new Error(log);
    });`;
  const { result } = await runBeside(
    { 'a.test.mjs': writes, 'b.test.mjs': writes, 'c.test.mjs': last },
    '',
    ([a = '', b = '', c = '']) => [[b, a, c]],
  );
  assert.deepEqual([result.passed, result.failed, result.files, result.failures], [3, 0, 3, []]);
});

test('files get what was prepared for their place', async () => {
  const file = `
    test('prepared', () => {
      if (!/^place [01] for /.test(process.env.PLACE)) throw new Error(process.env.PLACE);
    });`;
  const { result } = await runBeside(
    { 'a.test.mjs': file, 'b.test.mjs': file, 'c.test.mjs': file, 'd.test.mjs': file },
    `prepare: (place, file) => Promise.resolve({ PLACE: 'place ' + place + ' for ' + file })`,
  );
  assert.deepEqual([result.passed, result.failed, result.files], [4, 0, 4]);
});

test('a file whose place cannot be prepared fails with the reason, and the others run', async () => {
  const { said, result } = await runBeside(
    { 'a.test.mjs': `test('right', () => {});`, 'b.test.mjs': `test('right', () => {});` },
    `prepare: async (_, file) => { if (file.endsWith('a.test.mjs')) throw new Error('no servers'); return {}; }`,
  );
  assert.deepEqual([result.passed, result.failed], [1, 1]);
  assert.match(result.failures.join('\n'), /a\.test\.mjs: Error: no servers/);
  assert.match(said, /no servers/);
});

test('a file that fails is counted and named', async () => {
  const { result } = await runBeside({
    'a.test.mjs': `test('wrong', () => { throw new Error('one is not two'); });`,
    'b.test.mjs': `test('right', () => {});`,
  });
  assert.deepEqual([result.passed, result.failed], [1, 1]);
  assert.match(result.failures.join('\n'), /wrong .*a\.test\.mjs:2/);
});

test('no file at all is a failure', async () => {
  const { result } = await runBeside({});
  assert.deepEqual([result.passed, result.failed], [0, 1]);
});
