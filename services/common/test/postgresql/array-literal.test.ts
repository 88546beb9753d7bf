import assert from 'node:assert/strict';
import { it } from 'node:test';
import { numberArray, textArray } from '../../src/postgresql/array-literal.ts';

it('quotes every text, so that none is taken for null or for syntax', () => {
  assert.equal(textArray([]), '{}');
  assert.equal(textArray(['', 'null', 'a,b', '{}']), '{"","null","a,b","{}"}');
  assert.equal(textArray(['a"b', 'c\\d', '\\"']), '{"a\\"b","c\\\\d","\\\\\\""}');
});

it('replaces the character that no text can hold', () => {
  assert.equal(textArray(['a\0b\0']), '{"a\uFFFDb\uFFFD"}');
});

it('writes numbers as they are, and null', () => {
  assert.equal(numberArray([]), '{}');
  assert.equal(numberArray([0, null, 2 ** 48, 0.5]), '{0,null,281474976710656,0.5}');
});
