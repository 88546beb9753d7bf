import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '../../lib/wait-until.ts';

test('a condition is looked at until it holds', async () => {
  let looks = 0;
  const held = await waitUntil(
    () => {
      looks += 1;
      return looks === 3;
    },
    { timeoutMs: 10_000, everyMs: 1 },
  );
  assert.equal(held, true);
  assert.equal(looks, 3);
});

test('one that never holds is given up, after one look at least', async () => {
  assert.equal(await waitUntil(() => false, { timeoutMs: 5, everyMs: 1 }), false);
  assert.equal(await waitUntil(() => true, { timeoutMs: 0 }), true);
});

test('aborting ends the wait', async () => {
  const abort = new AbortController();
  const waiting = waitUntil(() => false, { timeoutMs: 60_000, everyMs: 60_000, signal: abort.signal });
  abort.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});
