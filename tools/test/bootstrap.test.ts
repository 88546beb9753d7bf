import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

const bootstrap = join(import.meta.dirname, '..', 'bootstrap.mjs');
let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-bootstrap-'));
});

after(() => rm(directory, { recursive: true, force: true }));

/** Starts a program through the bootstrap; without a terminal, as in CI. */
async function start(
  program: string,
  ...args: string[]
): Promise<ChildProcess & { stdout: NodeJS.ReadableStream }> {
  const script = join(directory, `${performance.now()}.ts`);
  await writeFile(script, program);
  const child = spawn(process.execPath, [bootstrap, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  assert.ok(child.stdout);
  return child as ChildProcess & { stdout: NodeJS.ReadableStream };
}

test('a TypeScript program gets its arguments, Node.js 24 or newer, and its exit status is passed on', async () => {
  const child = await start(
    `const words: readonly string[] = process.argv.slice(2);
     console.log(words.join(' '), Number(process.versions.node.split('.')[0]) >= 24);
     process.exitCode = 3;`,
    '--flag',
    'value',
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.equal(output, '--flag value true\n');
  assert.equal(code, 3);
});

test('a program and what it starts find their modules compiled in one place', async () => {
  const program = 'console.log(process.env.NODE_COMPILE_CACHE);';
  const child = await start(program);
  assert.match(await text(child.stdout), /node_modules\/.cache\/node\n$/);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} reaches the program once`, async () => {
    const child = await start(
      `let count = 0;
       process.on('${signal}', () => {
         count += 1;
         setTimeout(() => { console.log(count); process.exit(0); }, 1_000);
       });
       setInterval(() => {}, 1_000);
       console.log('ready');`,
    );
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output === 'ready\n') child.kill(signal);
    }
    assert.equal(output, 'ready\n1\n');
  });
}

test('a program that is killed makes the bootstrap end by the same signal', async () => {
  const child = await start(`process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1_000);`);
  const [code, signal] = await once(child, 'exit');
  assert.deepEqual([code, signal], [null, 'SIGKILL']);
});

test('without a program it says how it is used', async () => {
  const child = spawn(process.execPath, [bootstrap], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.match(output, /^usage: /);
  assert.equal(code, 2);
});
