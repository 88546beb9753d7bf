import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import { type RecoveryOptions, waitForRecovery } from '../../src/chaos/wait-for-recovery.ts';

const READY = { name: 'ingest-api-1', readiness: () => Promise.resolve({ ready: true, detail: '' }) };

const lane = (name: string, total: number | null, backlog: number | null): LaneReport =>
  ({
    lane: name,
    totals: total === null ? null : { total, byCountry: {}, byWeather: {}, identities: null },
    backlog: backlog === null ? null : { messages: backlog, bySource: {}, deadLetters: 0, consumers: 1 },
    errors: {
      ...(total === null && { store: 'valkey: no answer' }),
      ...(backlog === null && { broker: 'kafka: no answer' }),
    },
  }) as unknown as LaneReport;

/** Returns one answer after the other, then repeats the last one. */
const readings = (...answers: readonly (readonly LaneReport[])[]) => {
  let next = 0;
  return () => Promise.resolve(answers[Math.min(next++, answers.length - 1)] ?? []);
};

const recovery = (options: Partial<RecoveryOptions>) =>
  waitForRecovery({
    services: () => [READY],
    lanes: readings([lane('a', 1, 0)], [lane('a', 2, 0)]),
    caughtUpBelow: 20,
    timeoutMs: 250,
    isLoaded: () => true,
    signal: new AbortController().signal,
    ...options,
  });

describe('waitForRecovery', () => {
  it('ends when every service is ready and every lane has stored something new and caught up', async () => {
    const lanes = readings(
      [lane('a', 1, 0), lane('b', 5, 900)],
      [lane('a', 2, 0), lane('b', 6, 300)],
      [lane('a', 3, 0), lane('b', 7, 20)],
    );
    assert.equal((await recovery({ lanes, timeoutMs: 10_000 })).problem, undefined);
  });

  for (const [what, options, expected] of [
    [
      'a service that is not ready',
      {
        services: () => [
          READY,
          { name: 'kafka-consumer-1', readiness: () => Promise.resolve({ ready: false, detail: 'redis' }) },
        ],
      },
      'kafka-consumer-1: redis',
    ],
    [
      'a lane that stores nothing while another one does',
      { lanes: readings([lane('a', 1, 0), lane('b', 5, 0)], [lane('a', 2, 0), lane('b', 5, 0)]) },
      'b stores nothing',
    ],
    [
      'a lane whose backlog is still large',
      { lanes: readings([lane('a', 1, 500)], [lane('a', 2, 21)]) },
      'a has a backlog of 21',
    ],
    ['a store without totals', { lanes: readings([lane('a', null, 0)]) }, 'a: valkey: no answer'],
    [
      'a broker without a backlog',
      { lanes: readings([lane('a', 1, null)], [lane('a', 2, null)]) },
      'a: kafka: no answer',
    ],
    [
      'a console without an answer',
      { lanes: () => Promise.reject(new Error('refused')) },
      'console does not answer',
    ],
    ['a console without lanes', { lanes: readings([]) }, 'console reports no lanes'],
  ] as const) {
    it(`waits for ${what}, and names it in the end`, async () => {
      const { problem, tookMs } = await recovery(options);
      assert.equal(problem, expected);
      assert.ok(tookMs >= 250);
    });
  }

  it('does not wait for a count to move once the load is over', async () => {
    const lanes = readings([lane('a', 1, 0)]);
    assert.equal((await recovery({ lanes })).problem, 'a stores nothing');
    const unloaded = await recovery({ lanes, isLoaded: () => false, timeoutMs: 10_000 });
    assert.equal(unloaded.problem, undefined);
  });
});
