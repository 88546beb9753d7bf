import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RecoveryOptions, waitForRecovery } from '../../src/chaos/wait-for-recovery.ts';

const READY = { name: 'ingest-api-1', readiness: () => Promise.resolve({ ready: true, detail: '' }) };

/** Returns one answer after the other, then repeats the last one. */
const answers = <T>(...all: readonly [T, ...T[]]) => {
  let next = 0;
  return () => Promise.resolve(all[Math.min(next++, all.length - 1)] as T);
};

const recovery = (options: Partial<RecoveryOptions>) =>
  waitForRecovery({
    services: () => [READY],
    flow: () => Promise.resolve(undefined),
    timeoutMs: 250,
    signal: new AbortController().signal,
    ...options,
  });

describe('waitForRecovery', () => {
  it('ends when every service is ready and work flows', async () => {
    const readiness = answers({ ready: false, detail: 'starting' }, { ready: true, detail: '' });
    const flow = answers<string | undefined>('a stores nothing', 'a has a backlog of 300', undefined);
    const { problem } = await recovery({
      services: () => [READY, { name: 'kafka-consumer-1', readiness }],
      flow,
      timeoutMs: 10_000,
    });
    assert.equal(problem, undefined);
    assert.equal(await flow(), undefined, 'it was asked until the end');
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
    ['work that does not flow', { flow: () => Promise.resolve('a stores nothing') }, 'a stores nothing'],
  ] as const) {
    it(`waits for ${what}, and names it in the end`, async () => {
      const { problem, tookMs } = await recovery(options);
      assert.equal(problem, expected);
      assert.ok(tookMs >= 250);
    });
  }
});
