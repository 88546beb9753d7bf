import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backOffMs, pause, untilConnected } from '../src/back-off.ts';
import { AppError } from '../src/errors.ts';
import { createLogger } from '../src/logging.ts';

const logger = createLogger('test', 'silent');

describe('the back-off', () => {
  it('doubles up to its cap, at least half of it', () => {
    for (const [attempt, ceiling] of [
      [1, 100],
      [2, 200],
      [4, 800],
      [6, 2_000],
      [10_000, 2_000],
    ] as const) {
      const waits = Array.from({ length: 200 }, () => backOffMs(attempt));
      assert.ok(
        waits.every((waitMs) => waitMs >= ceiling / 2 && waitMs <= ceiling),
        `${attempt}: ${Math.min(...waits)} to ${Math.max(...waits)} ms`,
      );
      assert.ok(new Set(waits).size > 10, 'clients would come back in step');
    }
  });

  it('ends a pause as soon as the service stops, also when it stops already', async () => {
    const stopping = new AbortController();
    const waiting = pause(3_600_000, stopping.signal);
    stopping.abort();
    await waiting;
    await pause(3_600_000, stopping.signal);
  });
});

describe('untilConnected', () => {
  const unavailable = new AppError('BROKER_UNAVAILABLE', 'gone', { retriable: true });
  const options = (stopping = new AbortController().signal) => ({ name: 'a broker', logger, stopping });

  it('tries again after a retriable error only', async () => {
    let tries = 0;
    const connect = () => (++tries < 2 ? Promise.reject(unavailable) : Promise.resolve());
    await untilConnected(connect, options());
    assert.equal(tries, 2);
    const wrong = new AppError('BROKER_REFUSED', 'wrong topology');
    await assert.rejects(
      untilConnected(() => Promise.reject(wrong), options()),
      wrong,
    );
  });

  it('throws the last error when the service stops meanwhile', async () => {
    const stopping = new AbortController();
    const connecting = untilConnected(() => Promise.reject(unavailable), options(stopping.signal));
    stopping.abort();
    await assert.rejects(connecting, unavailable);
  });
});
