import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCatalogue } from '../../src/catalogue/catalogue.ts';
import { generateCatalogue } from '../../src/catalogue/load-catalogue.ts';
import { isCursor } from '../../src/catalogue/search.ts';

const NAMES = [
  'Snapdragon Racing',
  'Café "Le Petit Prince"',
  "Dragon's Lair, Part II",
  'DRAGÓN NEGRO',
  '100% Orange',
  'Straße 7',
  '夜の駅',
  'Lair of the Dragon',
];
const catalogue = createCatalogue(
  NAMES.map((name, index) => ({ id: 1_000 + index, row: index + 1, name, priceCents: 999 })),
);

/** Rows found on the first page. */
function rowsOf(query: string, limit = 50): readonly number[] {
  return catalogue.search(query, { limit }).games.map(({ row }) => row);
}

describe('the search of a catalogue', () => {
  it('finds names whose words begin so first, then those that contain them, in the order of rows', () => {
    assert.deepEqual(rowsOf('dragon'), [3, 4, 8, 1]);
    assert.deepEqual(rowsOf('agon'), [1, 3, 4, 8]);
  });

  it('ignores case, accents, punctuation and the order of words', () => {
    assert.deepEqual(rowsOf('cafe PETIT'), [2]);
    assert.deepEqual(rowsOf('Dragón'), [3, 4, 8, 1]);
    assert.deepEqual(rowsOf('lair dragons'), [3]);
    assert.deepEqual(rowsOf('strasse'), [6]);
    assert.deepEqual(rowsOf('dragon, lair!'), [3, 8]);
    assert.deepEqual(rowsOf('夜'), [7]);
  });

  it('wants every word', () => {
    assert.deepEqual(rowsOf('dragon prince'), []);
  });

  it('takes any text', () => {
    assert.equal(rowsOf('').length, NAMES.length);
    assert.equal(rowsOf(' \t').length, NAMES.length);
    assert.deepEqual(rowsOf('%'), [5]);
    assert.deepEqual(rowsOf('"'), [2]);
    assert.deepEqual(rowsOf('.*'), []);
    assert.deepEqual(rowsOf('\0'), []);
    assert.deepEqual(rowsOf('\ud800'), []);
    assert.deepEqual(rowsOf('x'.repeat(100_000)), []);
  });

  it('gives pages that together are the whole result, each game once, and ends', () => {
    const big = generateCatalogue(3, 500);
    for (const query of ['', 'ra', 'o', 'drag']) {
      const whole = big.search(query, { limit: 500 });
      assert.equal(whole.next, undefined);
      for (const limit of [1, 7, 50]) {
        const rows: number[] = [];
        let cursor: string | undefined;
        do {
          const page = big.search(query, { cursor, limit });
          assert.ok(page.games.length <= limit && page.games.length > 0);
          assert.ok(page.next === undefined || isCursor(page.next));
          rows.push(...page.games.map(({ row }) => row));
          assert.ok(rows.length <= whole.games.length, 'it ends');
          cursor = page.next;
        } while (cursor !== undefined);
        assert.deepEqual(
          rows,
          whole.games.map(({ row }) => row),
          `${query}, ${limit} at a time`,
        );
      }
    }
  });

  it('refuses what is not a cursor', () => {
    for (const cursor of ['', '2-1', '0-', '0--1', '0-1e3', '0-99999999', ' 0-1', 'x'])
      assert.throws(() => catalogue.search('', { cursor, limit: 1 }), RangeError, cursor);
  });
});

describe('createCatalogue', () => {
  it('finds a game by its row and by its id', () => {
    assert.equal(catalogue.size, NAMES.length);
    assert.equal(catalogue.byRow(2)?.id, 1_001);
    assert.equal(catalogue.byId(1_001)?.row, 2);
    for (const odd of [0, -1, 1.5, 9, Number.NaN, 1e9, 2 ** 53]) {
      assert.equal(catalogue.byRow(odd), undefined);
      assert.equal(catalogue.byId(odd), undefined);
    }
  });
});
