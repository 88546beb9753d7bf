import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { JobQueue } from '../../src/notifier/job-queue.ts';

const ENDLESS = new AbortController().signal;

describe('the queue of jobs', () => {
  it('gives jobs in order, each to one worker, whether it came before or after', async () => {
    const queue = new JobQueue<number>();
    const early = [queue.take(ENDLESS), queue.take(ENDLESS)];
    queue.add([1, 2, 3]);
    assert.deepEqual(await Promise.all([...early, queue.take(ENDLESS)]), [1, 2, 3]);
    assert.equal(queue.length, 0);
  });

  it('gives nothing to a worker that no longer waits', async () => {
    const queue = new JobQueue<number>();
    const leaving = new AbortController();
    const taken = queue.take(leaving.signal);
    leaving.abort();
    queue.add([1]);
    assert.equal(await taken, undefined);
    assert.equal(queue.length, 1);
    assert.equal(await queue.take(ENDLESS), 1);
    assert.equal(await queue.take(AbortSignal.abort()), undefined);
  });

  it('hands over all that is left', () => {
    const queue = new JobQueue<number>();
    queue.add([1, 2]);
    assert.deepEqual(queue.takeAll(), [1, 2]);
    assert.equal(queue.length, 0);
  });
});
