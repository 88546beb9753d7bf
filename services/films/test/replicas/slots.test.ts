import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Slots } from '../../src/replicas/slots.ts';

const { signal: NEVER } = new AbortController();

/** Work that ends when a test says so. */
function createWork(slots: Slots, signal = NEVER) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let hasBegun = false;
  const done = slots
    .use(signal, () => {
      hasBegun = true;
      return promise;
    })
    .catch((error: Error) => `failed: ${error.message}`);
  return {
    done,
    end: () => resolve('done'),
    fail: () => reject(new Error('broken')),
    hasBegun: () => hasBegun,
  };
}

describe('Slots', () => {
  it('lets as many work at a time as it has, the others in the order of their coming', async () => {
    const slots = new Slots(2);
    const works = [createWork(slots), createWork(slots), createWork(slots), createWork(slots)] as const;
    const begun = async () => {
      await turn();
      return works.map(({ hasBegun }) => hasBegun());
    };
    assert.deepEqual(await begun(), [true, true, false, false]);
    works[1].end();
    assert.deepEqual(await begun(), [true, true, true, false]);
    works[0].fail();
    assert.deepEqual(await begun(), [true, true, true, true]);
    for (const { end } of works) end();
    assert.deepEqual(await Promise.all(works.map(({ done }) => done)), [
      'failed: broken',
      'done',
      'done',
      'done',
    ]);
    const next = createWork(slots);
    assert.deepEqual(await begun(), [true, true, true, true]);
    next.end();
    assert.equal(await next.done, 'done');
  });

  it('forgets who has left before its turn', async () => {
    const slots = new Slots(1);
    const leaving = new AbortController();
    const first = createWork(slots);
    const second = createWork(slots, leaving.signal);
    const third = createWork(slots);
    leaving.abort(new Error('left'));
    assert.equal(await second.done, 'failed: left');
    first.end();
    third.end();
    assert.equal(await third.done, 'done');
    assert.equal(second.hasBegun(), false);
  });

  it('does not begin for who had left before', async () => {
    const work = createWork(new Slots(1), AbortSignal.abort(new Error('left')));
    assert.equal(await work.done, 'failed: left');
    assert.equal(work.hasBegun(), false);
  });

  it('lets work end whose caller leaves meanwhile', async () => {
    const leaving = new AbortController();
    const slots = new Slots(1);
    const waiting = createWork(slots);
    const work = createWork(slots, leaving.signal);
    waiting.end();
    await turn();
    leaving.abort(new Error('left'));
    work.end();
    assert.equal(await work.done, 'done');
  });
});
