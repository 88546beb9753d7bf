import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { identifyProcess, isRunning, isStopped } from '../../lib/process-identity.ts';
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
