import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FreezeWatch } from '../../../src/messaging/kafka/freeze-watch.ts';

describe('the watch for a frozen process', () => {
  it('reports once that no timer ran for longer than the limit, and ignores shorter freezes', (context) => {
    let nowMs = 5_000;
    context.mock.timers.enable({ apis: ['setInterval'] });
    context.mock.method(performance, 'now', () => nowMs);
    const pass = (milliseconds: number) => {
      nowMs += milliseconds;
      context.mock.timers.tick(200);
    };
    const frozen: number[] = [];
    const watch = new FreezeWatch(2_000, (milliseconds) => frozen.push(milliseconds));
    watch.start();
    for (let tick = 0; tick < 30; tick++) pass(200);
    pass(2_000);
    assert.deepEqual(frozen, []);
    pass(2_001);
    pass(9_000);
    assert.deepEqual(frozen, [2_001]);
  });

  it('reports nothing after it was stopped', (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    let nowMs = 0;
    context.mock.method(performance, 'now', () => nowMs);
    const frozen: number[] = [];
    const watch = new FreezeWatch(2_000, (milliseconds) => frozen.push(milliseconds));
    watch.start();
    watch.stop();
    nowMs = 10_000;
    context.mock.timers.tick(10_000);
    assert.deepEqual(frozen, []);
  });
});
