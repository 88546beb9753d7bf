import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionOf, having, wordsQuery } from '../../src/search/matches.ts';

describe('wordsQuery', () => {
  for (const [tokens, query] of [
    [['godf'], "'godf':*"],
    [['the', 'godf'], "'the' & 'godf':*"],
    [['a', 'a', 'a', 'b'], "'a' & 'b':*"],
    [['the', 't'], "'the'"],
    [['the', 'the'], "'the'"],
    [['t', 'the'], "'t' & 'the':*"],
    [["'", '\\'], "'''' & '\\\\':*"],
  ] as const) {
    it(`asks ${query} for ${tokens.join(' ')}`, () => assert.equal(wordsQuery(tokens), query));
  }
});

describe('the condition of a class', () => {
  it('numbers its values from the given place', () => {
    assert.deepEqual(conditionOf(0, 'the w', ['the', 'w'], 3), { text: 'folded = $3', values: ['the w'] });
    assert.deepEqual(conditionOf(1, 'the w', ['the', 'w'], 3), {
      text: 'folded > $3 and folded < $4',
      values: ['the w', 'the w\u{10ffff}'],
    });
    assert.deepEqual(conditionOf(2, 'the w', ['the', 'w'], 3).values, ["'the' & 'w':*", 'the w']);
    assert.deepEqual(having({ word: 'w', isBeginning: true })(2), {
      text: 'words @@ $2::tsquery',
      values: ["'w':*"],
    });
  });

  it('finds nothing by a word that is too long for PostgreSQL', () => {
    assert.equal(conditionOf(2, '', ['a', 'é'.repeat(1_024)]).text, 'false');
    assert.notEqual(conditionOf(2, '', ['a', 'é'.repeat(1_023)]).text, 'false');
  });
});
