import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serverNames } from '../../servers/descriptions/index.ts';

const program = join(import.meta.dirname, '..', '..', 'servers', 'main.ts');
let directory = '';

/** Runs `npm run servers -- …` on a data directory of its own. */
function servers(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args, '--data', directory], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-servers-command-'));
});
after(async () => {
  await servers('down');
  await rm(directory, { recursive: true, force: true });
});

test('breaking a server says what was done and how to undo it', async () => {
  const up = await servers('up', '--only', 'redis');
  assert.equal(up.status, 0, up.stderr);
  const said: [action: string, said: string, status: RegExp][] = [
    ['stop', 'redis is suspended; npm run servers -- cont redis resumes it\n', /redis +stopped/],
    ['cont', 'redis is running\n', /redis +running/],
    ['kill', 'redis was killed; npm run servers -- start redis restores it\n', /redis +down/],
    ['start', 'redis is running\n', /redis +running/],
  ];
  for (const [action, line, status] of said) {
    const { stdout, stderr, status: exit } = await servers(action, 'redis');
    assert.deepEqual([exit, stdout], [0, line], stderr);
    assert.match((await servers('status')).stdout, status);
  }
});

test('a server that does not exist is one line with those that do', async () => {
  const { status, stderr } = await servers('kill', 'mysql');
  assert.equal(status, 2);
  const [line, ...others] = stderr.split('\n');
  assert.ok(line?.startsWith(`unknown server 'mysql': name one of ${serverNames.join(', ')} (see `), line);
  assert.deepEqual(others, ['']);
});

test('without names all start but those that most systems do without', async () => {
  const up = await servers('up');
  assert.equal(up.status, 0, up.stderr);
  const states = [...up.stdout.matchAll(/^([\w-]+) +(running|down) /gm)].map(([, name, state]) => [
    name,
    state,
  ]);
  const without = ['postgresql', 'postgresql-replica-1', 'postgresql-replica-2', 'ignite'];
  assert.deepEqual(
    states,
    serverNames.map((name) => [name, without.includes(name) ? 'down' : 'running']),
  );
  assert.doesNotMatch(up.stderr, /postgresql|ignite/);
});
