import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { generateGames } from '../../src/catalogue/generate.ts';
import { formatCsv } from '../../src/catalogue/write-csv.ts';

describe('generateGames', () => {
  const games = generateGames(1, 12_000);

  it('makes the same games everywhere: those of this hash', () => {
    const hash = createHash('sha256').update(formatCsv(games)).digest('hex');
    assert.equal(hash.slice(0, 16), '9f465d9c07ee807b');
    assert.deepEqual(games[86], {
      id: 14100,
      row: 87,
      name: 'The Factory of the Endless Clockmaker',
      priceCents: 5299,
    });
  });

  it('makes other games with another seed, and a shorter catalogue is the beginning of a longer one', () => {
    assert.notDeepEqual(generateGames(2, 100), games.slice(0, 100));
    assert.deepEqual(generateGames(1, 100), games.slice(0, 100));
    assert.deepEqual(generateGames(1, 0), []);
  });

  it('has rows without gaps, and ids that rise, occur once and are not the rows', () => {
    assert.deepEqual(
      games.map(({ row }) => row),
      Array.from({ length: 12_000 }, (_, index) => index + 1),
    );
    assert.ok(games.every(({ id }, index) => id % 10 === 0 && id > (games[index - 1]?.id ?? 0)));
    assert.equal(games.filter(({ id, row }) => id === row).length, 0);
  });

  it('has prices that end in .99, and free games', () => {
    const paid = games.filter(({ priceCents }) => priceCents > 0);
    assert.ok(paid.every(({ priceCents }) => priceCents % 100 === 99 && priceCents < 20_000));
    const freePart = 1 - paid.length / games.length;
    assert.ok(freePart > 0.1 && freePart < 0.14, `${freePart}`);
    const median = paid.map(({ priceCents }) => priceCents).sort((a, b) => a - b)[paid.length >> 1] ?? 0;
    assert.ok(median >= 799 && median <= 1299, `${median}`);
  });

  it('has names with what needs care, and names that occur twice', () => {
    for (const pattern of [/"/, /,/, /'/, /&/, /é/, /ñ/i, /[А-я]/, /[぀-鿿]/, /[<>]/, /\\/, /%/])
      assert.ok(
        games.some(({ name }) => pattern.test(name)),
        `${pattern}`,
      );
    assert.ok(new Set(games.map(({ name }) => name)).size < games.length);
    assert.ok(games.every(({ name }) => name === name.trim() && name.length < 100));
  });
});
