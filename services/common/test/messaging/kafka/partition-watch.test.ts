import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { PartitionWatch } from '../../../src/messaging/kafka/partition-watch.ts';

const INTERVAL_MS = 1_000;

describe('the watch for added partitions', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  function create(count: (isFresh: boolean) => Promise<number>) {
    const grown: number[] = [];
    const logger = pino({ level: 'silent' });
    const watch = new PartitionWatch({
      count,
      intervalMs: INTERVAL_MS,
      logger,
      onGrown: (partitions) => grown.push(partitions),
    });
    return { watch, grown };
  }

  it('reports once when there are more than the client knew, and nothing while the number is the same', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    let partitions = 3;
    const { watch, grown } = create((isFresh) => Promise.resolve(isFresh ? partitions : 3));
    watch.start();
    t.mock.timers.tick(INTERVAL_MS);
    await turn();
    assert.deepEqual(grown, []);
    partitions = 5;
    for (let look = 0; look < 3; look++) {
      t.mock.timers.tick(INTERVAL_MS);
      await turn();
    }
    assert.deepEqual(grown, [5]);
  });

  it('compares with the first response when the client knew none, and continues after a failed one', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const answers = [new Error('planned'), 3, new Error('planned'), 4];
    const { watch, grown } = create(() => {
      const answer = answers.shift();
      return typeof answer === 'number' ? Promise.resolve(answer) : Promise.reject(answer);
    });
    watch.start();
    for (let look = 0; look < 3; look++) {
      t.mock.timers.tick(INTERVAL_MS);
      await turn();
    }
    assert.deepEqual(grown, [4]);
  });

  it('reports nothing after it was stopped', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { watch, grown } = create((isFresh) => Promise.resolve(isFresh ? 4 : 3));
    watch.start();
    t.mock.timers.tick(INTERVAL_MS);
    watch.stop();
    await turn();
    assert.deepEqual(grown, []);
  });
});
