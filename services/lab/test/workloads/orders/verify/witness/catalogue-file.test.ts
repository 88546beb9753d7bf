import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatCsv } from '../../../../../../orders/src/catalogue/write-csv.ts';
import { parseCatalogue } from '../../../../../src/workloads/orders/verify/witness/catalogue-file.ts';

describe('parseCatalogue', () => {
  it('reads every catalogue that the shop writes', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\r\n]/.test(text));
    const game = fc.record({ id: fc.nat(), name, priceCents: fc.nat(1_000_000) });
    fc.assert(
      fc.property(fc.array(game, { maxLength: 20 }), (games) => {
        const rows = games.map((one, index) => ({ ...one, row: index + 1 }));
        assert.deepEqual(
          [...parseCatalogue(formatCsv(rows))],
          games.map((one, index) => [index + 1, { ...one }]),
        );
      }),
    );
  });

  for (const [problem, csv] of Object.entries({
    'a value too many': 'appid,name,price\n1,a,b,1.00\n',
    'a price without cents': 'appid,name,price\n1,a,1\n',
    'an id that is no number': 'appid,name,price\nx,a,1.00\n',
    'a quote that stays open': 'appid,name,price\n1,"a,1.00\n',
  })) {
    it(`fails at ${problem}`, () => assert.throws(() => parseCatalogue(csv), /catalogue/));
  }
});
