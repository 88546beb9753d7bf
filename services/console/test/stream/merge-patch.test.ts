import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyMergePatch, mergePatch } from '../../src/stream/merge-patch.ts';

describe('mergePatch', () => {
  const cases = [
    { name: 'a number', from: { a: 1, b: 2 }, to: { a: 1, b: 3 }, patch: { b: 3 } },
    { name: 'a member that is new', from: {}, to: { a: { b: 1 } }, patch: { a: { b: 1 } } },
    { name: 'a member that is gone', from: { a: 1, b: 2 }, to: { b: 2 }, patch: { a: null } },
    { name: 'a member that became undefined', from: { a: 1 }, to: { a: undefined }, patch: { a: null } },
    {
      name: 'a member deep inside',
      from: { a: { b: { c: 1, d: 1 } } },
      to: { a: { b: { c: 2, d: 1 } } },
      patch: { a: { b: { c: 2 } } },
    },
    { name: 'a list, whole', from: { a: [1, 2] }, to: { a: [1, 3] }, patch: { a: [1, 3] } },
    { name: 'an object that became a number', from: { a: { b: 1 } }, to: { a: 1 }, patch: { a: 1 } },
    { name: 'a number that became an object', from: { a: 1 }, to: { a: { b: 1 } }, patch: { a: { b: 1 } } },
  ];
  for (const { name, from, to, patch } of cases) {
    it(`contains ${name}, and leads from one to the other`, () => {
      assert.deepEqual(mergePatch(from, to), patch);
      assert.deepEqual(
        JSON.parse(JSON.stringify(applyMergePatch(from, patch))),
        JSON.parse(JSON.stringify(to)),
      );
    });
  }

  it('is undefined between equals', () => {
    assert.equal(mergePatch({ a: [1, { b: 2 }], c: {} }, { a: [1, { b: 2 }], c: {} }), undefined);
  });
});

describe('applyMergePatch', () => {
  it('leaves its target as it is and shares what did not change', () => {
    const target = { a: { b: 1 }, c: { d: 1 } };
    const result = applyMergePatch(target, { a: { b: 2 } }) as typeof target;
    assert.deepEqual(target, { a: { b: 1 }, c: { d: 1 } });
    assert.deepEqual(result, { a: { b: 2 }, c: { d: 1 } });
    assert.equal(result.c, target.c);
  });
});
