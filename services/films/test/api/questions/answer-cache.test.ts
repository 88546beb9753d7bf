import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createAnswerCache } from '../../../src/api/questions/answer-cache.ts';

describe('the cache of answers', () => {
  it('has an answer of the version that it was put for', () => {
    const cache = createAnswerCache(10_000);
    cache.set(1, 'q', 'one');
    cache.set(2, 'q', 'two');
    assert.equal(cache.get(1, 'q'), 'one');
    assert.equal(cache.get(2, 'q'), 'two');
    assert.equal(cache.get(3, 'q'), undefined);
    assert.equal(cache.get(1, 'other'), undefined);
    cache.set(1, 'q', 'three');
    assert.equal(cache.get(1, 'q'), 'three');
  });

  it('drops what was not asked for the longest', () => {
    const json = 'x'.repeat(1_000);
    const cache = createAnswerCache(7_000);
    for (const name of ['a', 'b', 'c']) cache.set(1, name, json);
    cache.get(1, 'a');
    cache.set(1, 'd', json);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].filter((name) => cache.get(1, name) !== undefined),
      ['a', 'c', 'd'],
    );
  });

  it('keeps nothing that is larger than all of it, and nothing without memory', () => {
    const cache = createAnswerCache(1_000);
    cache.set(1, 'small', 'x');
    cache.set(1, 'large', 'x'.repeat(500));
    assert.equal(cache.get(1, 'large'), undefined);
    assert.equal(cache.get(1, 'small'), 'x');
    const none = createAnswerCache(0);
    none.set(1, 'q', '');
    assert.equal(none.get(1, 'q'), undefined);
  });

  it('never keeps more than it may, whatever is put', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.nat(600)), { maxLength: 200 }),
        fc.nat(5_000),
        (puts, maxBytes) => {
          const cache = createAnswerCache(maxBytes);
          for (const [name, size] of puts) cache.set(1, String(name), 'x'.repeat(size));
          const kept = [...new Set(puts.map(([name]) => String(name)))]
            .map((name) => cache.get(1, name))
            .filter((json) => json !== undefined);
          assert.ok(kept.reduce((sum, json) => sum + 2 * json.length + 200, 0) <= maxBytes);
        },
      ),
    );
  });
});
