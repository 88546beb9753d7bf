import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { eventually } from '@caudal/common/testing';
import { Loop, type LoopOptions } from '../src/loop.ts';

const logger = createLogger('test', 'silent');
const away = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });
/** Longer than any test. */
const LONG_MS = 600_000;

describe('a loop', () => {
  let loop: Loop;
  afterEach(() => loop.stop());

  /** Starts a loop whose steps do these one after the other, and the last one again and again. */
  function start(
    steps: readonly (() => number | Promise<number>)[],
    more: Partial<LoopOptions> = {},
  ): { count: number; readonly fatal: unknown[]; readonly retries: unknown[] } {
    const seen = { count: 0, fatal: [] as unknown[], retries: [] as unknown[] };
    loop = new Loop({
      name: 'test',
      logger,
      step: async () => {
        const step = steps[Math.min(seen.count, steps.length - 1)];
        seen.count += 1;
        return (await step?.()) ?? LONG_MS;
      },
      onFatal: (error) => seen.fatal.push(error),
      onRetry: (error) => seen.retries.push(error),
      ...more,
    });
    loop.start();
    return seen;
  }
  const until = (seen: { count: number }, count: number) =>
    eventually(
      () => seen.count,
      (n) => n >= count,
    );

  it('continues at once after 0, and waits otherwise until it is woken', async () => {
    const seen = start([() => 0, () => 0, () => LONG_MS]);
    await until(seen, 3);
    loop.wake();
    await until(seen, 4);
    assert.equal(seen.count, 4);
  });

  it('waits as long as the step says', async () => {
    const seen = start([() => 5, () => 5, () => LONG_MS]);
    await until(seen, 3);
  });

  it('remembers that it was woken during a step', async () => {
    const held = Promise.withResolvers<number>();
    const seen = start([() => held.promise, () => LONG_MS]);
    loop.wake();
    held.resolve(LONG_MS);
    await until(seen, 2);
  });

  it('tries a failed step again, and is not hurried by a wake', async () => {
    const seen = start([() => Promise.reject(away), () => Promise.reject(away), () => LONG_MS]);
    await until(seen, 1);
    loop.wake();
    await until(seen, 3);
    assert.deepEqual(seen.retries, [away, away]);
    assert.deepEqual(seen.fatal, []);
  });

  it('ends at an error that no retry can help', async () => {
    const wrong = new AppError('STORE_REJECTED', 'wrong');
    const seen = start([() => Promise.reject(wrong), () => 0]);
    await eventually(
      () => seen.fatal,
      ({ length }) => length > 0,
    );
    loop.wake();
    await loop.stop();
    assert.deepEqual([seen.fatal, seen.retries, seen.count], [[wrong], [], 1]);
  });

  it('stops after the running step, without another', async () => {
    const held = Promise.withResolvers<number>();
    const seen = start([() => held.promise, () => 0]);
    await until(seen, 1);
    let isStopped = false;
    const stopped = loop.stop().then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isStopped, false);
    held.resolve(0);
    await stopped;
    assert.equal(seen.count, 1);
  });

  it('stops while it waits, for the next step or after a failure', async () => {
    const waiting = start([() => LONG_MS]);
    await until(waiting, 1);
    await loop.stop();
    const failing = start([() => Promise.reject(away)]);
    await until(failing, 1);
    await loop.stop();
    assert.equal(waiting.count, 1);
  });

  it('starts once', async () => {
    const seen = start([() => LONG_MS]);
    loop.start();
    await until(seen, 1);
    await loop.stop();
    assert.equal(seen.count, 1);
  });
});
