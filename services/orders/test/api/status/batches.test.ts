import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBatches } from '../../../src/api/status/batches.ts';

describe('questions that wait', () => {
  it('are asked together, each once', async () => {
    const loads: (readonly string[])[] = [];
    const batches = createBatches<string, string>((keys) => {
      loads.push(keys);
      return Promise.resolve((key) => key.toUpperCase());
    }, 100);
    const answers = await Promise.all(['a', 'b', 'a'].map((key) => batches.ask(key)));
    assert.deepEqual(answers, ['A', 'B', 'A']);
    assert.deepEqual(loads, [['a', 'b']]);
  });

  it('are never answered by a call that had begun before', async () => {
    let value = 'old';
    const first = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let loads = 0;
    const batches = createBatches<'k', string>(async () => {
      loads += 1;
      const read = value;
      begun.resolve();
      if (loads === 1) await first.promise;
      return () => read;
    }, 100);
    const early = batches.ask('k');
    await begun.promise;
    value = 'new';
    const late = Promise.all([batches.ask('k'), batches.ask('k')]);
    first.resolve();
    assert.equal(await early, 'old');
    assert.deepEqual(await late, ['new', 'new']);
    assert.equal(loads, 2);
  });

  it('are asked in parts of bounded size', async () => {
    const sizes: number[] = [];
    const batches = createBatches<number, number>((keys) => {
      sizes.push(keys.length);
      return Promise.resolve((key) => key);
    }, 2);
    await Promise.all([1, 2, 3, 4, 5].map((key) => batches.ask(key)));
    assert.deepEqual(sizes, [2, 2, 1]);
  });

  it('fail together, and do not keep the next ones from an answer', async () => {
    let isAway = true;
    const batches = createBatches<string, string>(
      () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve((key) => key)),
      100,
    );
    const results = await Promise.allSettled([batches.ask('a'), batches.ask('b')]);
    assert.ok(results.every(({ status }) => status === 'rejected'));
    isAway = false;
    assert.equal(await batches.ask('c'), 'c');
  });
});
