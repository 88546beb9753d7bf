import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { childOf, identify, isAlive, kill, parseStat } from '../../../cluster/local/processes.ts';

async function startProcess(
  t: TestContext,
  command: string,
  ...args: readonly string[]
): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  return child;
}

const pidOf = (child: ChildProcess): number => child.pid ?? assert.fail('no process');

test('the name of a program may hold spaces and parentheses', () => {
  const rest = Array.from({ length: 40 }, (_, index) => String(index)).join(' ');
  assert.deepEqual(parseStat(`12 (a) b (c)) S 3 ${rest}`), { state: 'S', parent: 3, startTicks: '17' });
  assert.equal(parseStat('12 (x) S'), undefined);
});

test('a process is itself until it ends', async (t) => {
  const child = await startProcess(t, 'sleep', '60');
  const identity = (await identify(pidOf(child))) ?? assert.fail('not found');
  assert.equal(await isAlive(identity), true);
  await kill(identity);
  assert.equal(await isAlive(identity), false);
});

test('a process that took over the number of another is left alone', async (t) => {
  const child = await startProcess(t, 'sleep', '60');
  const identity = (await identify(pidOf(child))) ?? assert.fail('not found');
  for (const earlier of [
    { ...identity, startTicks: '1' },
    { ...identity, bootId: 'another boot' },
  ]) {
    assert.equal(await isAlive(earlier), false);
    await kill(earlier);
    assert.equal(await isAlive(identity), true);
  }
});

test('the child of a process is found, and none where there is none', async (t) => {
  const parent = await startProcess(t, 'sh', '-c', 'sleep 60 & echo; wait');
  let child = await childOf(pidOf(parent));
  while (child === undefined) child = await childOf(pidOf(parent));
  const identity = (await identify(child)) ?? assert.fail('not found');
  assert.equal(await childOf(child), undefined);
  await kill(identity);
});
