import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { descendantsOf, identifyProcess, isRunning, isStopped } from '../../lib/process-identity.ts';
import { waitUntil } from '../../lib/wait-until.ts';

test('a process is distinguished from a later one with its ID, stopped from running, and running from gone', async () => {
  const child = spawn('sleep', ['60']);
  try {
    const identity = identifyProcess(child.pid ?? 0);
    assert.ok(identity);
    assert.equal(isRunning(identity), true);
    assert.equal(isRunning({ ...identity, startTicks: identity.startTicks + 1 }), false);
    assert.equal(isStopped(identity), false);
    child.kill('SIGSTOP');
    assert.equal(await waitUntil(() => isStopped(identity), { timeoutMs: 5_000, everyMs: 5 }), true);
    assert.equal(isRunning(identity), true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(isRunning(identity), false);
    assert.equal(identifyProcess(identity.pid), undefined);
  } finally {
    child.kill('SIGKILL');
  }
});

test('the descendants of a process are found while they run', async () => {
  const child = spawn('sh', ['-c', 'sh -c "sleep 60 & echo up; wait" & wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  const identity = identifyProcess(child.pid ?? 0);
  assert.ok(identity);
  const descendants = descendantsOf(identity);
  try {
    const [inner, sleep] = descendants;
    assert.ok(inner && sleep && descendants.length === 2);
    assert.deepEqual(descendantsOf(inner), [sleep]);
    process.kill(sleep.pid, 'SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(descendantsOf(identity), []);
  } finally {
    child.kill('SIGKILL');
    for (const each of descendants.filter(isRunning)) process.kill(each.pid, 'SIGKILL');
  }
});
