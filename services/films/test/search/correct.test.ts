import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { correct } from '../../src/search/correct.ts';
import type { VersionReader } from '../../src/search/results.ts';
import { FILMS } from '../../src/search/subjects.ts';

/** Candidates as the database orders them, the most used first. */
const reader: VersionReader = {
  version: 1,
  query: async <Row>({ values: [asked] }: { readonly values: readonly unknown[] }) =>
    [
      { token: 'godf', word: 'gold' },
      { token: 'godf', word: 'good' },
      { token: 'godf', word: 'gods' },
      { token: 'godf', word: 'golf' },
      { token: 'teh', word: 'the' },
    ].filter(({ token }) => String(asked).includes(`"${token}"`)) as unknown as readonly Row[],
};
const instead = (tokens: readonly string[], unknown: readonly boolean[]) =>
  correct(reader, FILMS.vocabulary(1), tokens, unknown);

describe('a correction', () => {
  it('is the most used word that differs by one mistake', async () => {
    assert.equal(await instead(['teh', 'godf'], [true, true]), 'the gods');
  });

  it('leaves a word alone where it is the beginning of another', async () => {
    assert.equal(await instead(['godf', 'teh', 'godf'], [true, true, false]), 'gods the godf');
  });

  it('is none where nothing is unknown, a word has no replacement, or is too short', async () => {
    assert.equal(await instead(['teh'], [false]), undefined);
    assert.equal(await instead(['teh', 'qwrtz'], [true, true]), undefined);
    assert.equal(await instead(['teh', 'xy'], [true, true]), undefined);
  });
});
