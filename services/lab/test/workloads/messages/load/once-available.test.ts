import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import {
  ConsoleUnavailableError,
  createConsoleClient,
  totalsOf,
} from '../../../../src/workloads/messages/load/console-client.ts';
import { onceAvailable } from '../../../../src/workloads/messages/load/once-available.ts';

/** Reads that fail with these errors, one after the other, and then succeed. */
function readings(...errors: readonly Error[]) {
  const left = [...errors];
  let reads = 0;
  return {
    reads: () => reads,
    read: async () => {
      reads += 1;
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'read';
    },
  };
}
const away = new ConsoleUnavailableError('ignite: no answer within 5000 ms');

describe('a console', () => {
  it('is unavailable where it answers 503 or cannot read a store, and wrong where it answers anything else', async () => {
    const answering = (status: number, body: object) =>
      createConsoleClient('http://console', async () => Response.json(body, { status }));
    await assert.rejects(answering(503, {}).lanes(), ConsoleUnavailableError);
    await assert.rejects(answering(400, {}).lanes(), (error) => !(error instanceof ConsoleUnavailableError));
    const unread = { lane: 'l', totals: null, errors: { store: 'valkey: no answer' } } as LaneReport;
    assert.throws(() => totalsOf([unread]), {
      name: 'ConsoleUnavailableError',
      message: 'l: valkey: no answer',
    });
  });
});

describe('onceAvailable', () => {
  it('reads again while a store is away, and once where it is not', async () => {
    for (const [errors, reads] of [
      [[], 1],
      [[away, away], 3],
    ] as const) {
      const { read, reads: count } = readings(...errors);
      assert.equal(await onceAvailable(read, { timeoutMs: 60_000, pauseMs: 0 }), 'read');
      assert.equal(count(), reads);
    }
  });

  it('rejects with the last refusal once the time is over', async () => {
    const { read, reads } = readings(away, away);
    await assert.rejects(onceAvailable(read, { timeoutMs: 0 }), away);
    assert.equal(reads(), 1);
  });

  it('does not try again after any other answer, or when it is stopped', async () => {
    const wrong = new Error('the console answered 400');
    const { read, reads } = readings(wrong);
    await assert.rejects(onceAvailable(read, { timeoutMs: 60_000 }), wrong);
    assert.equal(reads(), 1);
    const stopped = readings(away);
    const signal = AbortSignal.abort(new Error('stopped'));
    await assert.rejects(onceAvailable(stopped.read, { timeoutMs: 60_000, signal }), /stopped/);
    assert.equal(stopped.reads(), 0);
  });
});
