import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NameSet } from '../../src/stores/name-set.ts';

describe('NameSet', () => {
  it('equals a set of strings in a fraction of the memory', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `prefix:seen:k:${(i * 7919) % 60_000}`);
    const set = new NameSet();
    const model = new Set<string>();
    for (const name of names) {
      assert.equal(set.add(name), !model.has(name));
      model.add(name);
    }
    assert.equal(set.size, model.size);
    assert.ok(set.bytes <= 24 * set.size, `${set.bytes / set.size} bytes a name`);
  });
});
