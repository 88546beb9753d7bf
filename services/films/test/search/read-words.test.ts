import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownWord } from '../../src/search/known-words.ts';
import { readWords } from '../../src/search/read-words.ts';
import type { VersionReader } from '../../src/search/results.ts';
import { PEOPLE } from '../../src/search/subjects.ts';

const word = (text: string, uses: number, isBeginning = false): KnownWord => ({
  word: text,
  uses,
  isBeginning,
});
const MANY = Number.POSITIVE_INFINITY;

/** Reads 21 rows, of which each statement finds the next of the given numbers; returns the statements. */
async function statementsOf(
  words: readonly KnownWord[],
  found: readonly number[],
  isNarrow = false,
): Promise<readonly string[]> {
  const statements: string[] = [];
  const reader: VersionReader = {
    version: 1,
    query: async <Row>({ text }: { readonly text: string }) => {
      statements.push(text);
      const rows = found[statements.length - 1] ?? 0;
      return Array.from({ length: rows }, () => ({ class: 2 })) as unknown as readonly Row[];
    },
  };
  const rows = await readWords(reader, PEOPLE, {
    part: { matchClass: 2, filters: [() => ({ text: 'all words', values: [] })] },
    words,
    isNarrow,
    limit: 21,
  });
  assert.equal(rows.length, found.at(-1));
  assert.equal(statements.length, found.length);
  return statements.map((text) => {
    const best = /limit (\d+)\) as best/.exec(text)?.[1];
    if (best !== undefined) return `best ${best}`;
    if (text.includes('(all words) is true')) return 'by a word';
    return text.includes('as gathered') ? 'gathered' : 'planned';
  });
}

describe('the words of a query', () => {
  it('are looked for by the rarest, where few texts have that', async () => {
    assert.deepEqual(await statementsOf([word('the', 5_000), word('godfather', 7, true)], [3]), [
      'by a word',
    ]);
    assert.deepEqual(await statementsOf([word('godfather', 1_000), word('t', MANY, true)], [21]), [
      'by a word',
    ]);
    assert.deepEqual(await statementsOf([word('godf', 7, true)], [3]), ['by a word']);
  });

  const common = [word('the', 5_000), word('o', MANY, true)];

  it('are looked for among the best known, where all are common', async () => {
    assert.deepEqual(await statementsOf(common, [21]), ['best 3000']);
  });

  it('are looked for among more of them, where some were found', async () => {
    assert.deepEqual(await statementsOf(common, [14, 21]), ['best 3000', 'best 9000']);
  });

  it('are looked for everywhere, where that would take long or found too few', async () => {
    assert.deepEqual(await statementsOf(common, [14, 20, 21]), ['best 3000', 'best 9000', 'gathered']);
    assert.deepEqual(await statementsOf(common, [4, 9]), ['best 3000', 'gathered']);
    assert.deepEqual(await statementsOf(common, [2, 9]), ['best 3000', 'gathered']);
    assert.deepEqual(await statementsOf(common, [0, 0]), ['best 3000', 'gathered']);
  });

  it('are left to PostgreSQL, where there is one, or another condition too', async () => {
    assert.deepEqual(await statementsOf([word('t', MANY, true)], [21]), ['planned']);
    assert.deepEqual(await statementsOf(common, [21], true), ['planned']);
  });
});
