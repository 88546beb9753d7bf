import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Lifecycle } from '../../src/lifecycle/index.ts';
import { createLogger } from '../../src/logging.ts';

const logger = createLogger('test', 'silent');

function lifecycleWithExit(drainTimeoutMs: number) {
  const { promise: exited, resolve: exit } = Promise.withResolvers<number>();
  return { lifecycle: new Lifecycle({ logger, drainTimeoutMs, exit }), exited };
}

describe('Lifecycle', () => {
  it('runs the steps in order, once, and exits with 0', async () => {
    const { lifecycle, exited } = lifecycleWithExit(10_000);
    const ran: string[] = [];
    lifecycle.onStop('first', async () => {
      await Promise.resolve();
      ran.push('first');
    });
    lifecycle.onStop('second', () => void ran.push('second'));
    assert.equal(lifecycle.stopping.aborted, false);
    assert.equal(lifecycle.stop('a reason'), lifecycle.stop('again'));
    assert.equal(lifecycle.stopping.aborted, true);
    assert.equal(await exited, 0);
    assert.deepEqual(ran, ['first', 'second']);
  });

  it('continues after a failed step and exits with 1', async () => {
    const { lifecycle, exited } = lifecycleWithExit(10_000);
    let reached = false;
    lifecycle.onStop('broken', () => Promise.reject(new Error('no')));
    lifecycle.onStop('after', () => {
      reached = true;
    });
    await lifecycle.stop('a reason');
    assert.equal(await exited, 1);
    assert.ok(reached);
  });

  it('exits with 1 when a step exceeds the deadline', async () => {
    const { lifecycle, exited } = lifecycleWithExit(5);
    const { promise, resolve } = Promise.withResolvers<void>();
    lifecycle.onStop('stuck', () => promise);
    const stopped = lifecycle.stop('a reason');
    assert.equal(await exited, 1);
    resolve();
    await stopped;
  });

  it('drains after a fatal error and exits with 1', async () => {
    const { lifecycle, exited } = lifecycleWithExit(10_000);
    let drained = false;
    lifecycle.onStop('drain', () => {
      drained = true;
    });
    lifecycle.fail(new Error('the client gave up'));
    assert.equal(await exited, 1);
    assert.ok(drained);
  });
});
