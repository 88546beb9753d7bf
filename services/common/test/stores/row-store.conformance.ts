import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/message/envelope.ts';
import { weatherClass } from '../../src/message/weather.ts';
import type { CountStore } from '../../src/stores/ports.ts';
import { keyed, produced } from './count-store.conformance.ts';

/** A message as a store that keeps rows has it. */
export interface StoredRow {
  /** `p:` and the producer, or `k:` and the key. */
  readonly scope: string;
  readonly sequence: number;
  readonly country: string;
  /** As it was posted. */
  readonly weather: string;
  readonly description: string;
  /** ms since the epoch. */
  readonly acceptedAt: number;
  readonly storedAt: number;
}

/** A store, and its rows read without its methods. */
export interface RowStoreFixture {
  readonly store: CountStore;
  rows(): Promise<readonly StoredRow[]>;
}

/** Requirements on a store that keeps a row for each message; `create` returns a new, empty, connected one. */
export function describeRowStore(name: string, create: () => Promise<RowStoreFixture>): void {
  describe(`${name} as a store of rows`, () => {
    let fixture: RowStoreFixture;
    before(async () => {
      fixture = await create();
    });
    after(() => fixture.store.close());

    const apply = (...envelopes: Envelope[]) => fixture.store.apply({ envelopes, positions: [] });
    const rowOf = async (scope: string, sequence: number) =>
      (await fixture.rows()).find((row) => row.scope === scope && row.sequence === sequence);

    /** Rows = counts = identities, by country and by class of weather. */
    const assertBalanced = async (): Promise<void> => {
      const { store } = fixture;
      const [rows, totals] = [await fixture.rows(), await store.totals()];
      const count = (labels: readonly string[]): Record<string, number> =>
        Object.fromEntries(
          [...new Set(labels)].map((label) => [label, labels.filter((other) => other === label).length]),
        );
      assert.equal(rows.length, totals.total);
      assert.equal(await store.identities(), totals.total);
      assert.deepEqual(count(rows.map(({ country }) => country)), { ...totals.byCountry });
      assert.deepEqual(count(rows.map(({ weather }) => weatherClass(weather))), { ...totals.byWeather });
      assert.equal(new Set(rows.map(({ scope, sequence }) => `${scope}:${sequence}`)).size, rows.length);
    };

    it('keeps what a message says, and when it was accepted and stored', async () => {
      const earliest = Date.now();
      await apply({
        ...produced('one', 7, 'JP', 'Soleado'),
        description: 'rice',
        acceptedAt: 1_700_000_000_123,
      });
      await apply({ ...keyed('two', 3, 'ES', 'frogs'), description: 'rain of frogs', acceptedAt: 5 });
      const { storedAt = 0, ...one } = (await rowOf('p:one', 7)) ?? {};
      assert.deepEqual(one, {
        scope: 'p:one',
        sequence: 7,
        country: 'JP',
        weather: 'Soleado',
        description: 'rice',
        acceptedAt: 1_700_000_000_123,
      });
      assert.ok(storedAt >= earliest && storedAt <= Date.now(), `${storedAt}`);
      const two = await rowOf('k:two', 3);
      assert.deepEqual([two?.country, two?.weather, two?.acceptedAt], ['ES', 'frogs', 5]);
    });

    const texts = {
      'quotes and backslashes': `'"\\ {}, (null) \\N $1 ;--`,
      'line ends and tabs': 'a\r\nb\tc',
      'letters of many scripts': 'ñandú 雪 ☃ 👩‍👩‍👧 עברית e\u0301',
      'lines of other kinds': 'one\u2028two\u2029three\u0085four',
      nothing: '',
      'a hundred thousand characters': '0123456789'.repeat(10_000),
    };
    for (const [what, description] of Object.entries(texts)) {
      it(`keeps a text: ${what}`, async () => {
        await apply({
          ...produced(what.replaceAll(' ', '-'), 0),
          description,
          weather: description.slice(0, 60),
        });
        const row = await rowOf(`p:${what.replaceAll(' ', '-')}`, 0);
        assert.deepEqual([row?.description, row?.weather], [description, description.slice(0, 60)]);
      });
    }

    it('stores a text with characters that it may not be able to keep', async () => {
      // Ingest accepts them, so a store that refused them would stop its lane. It may replace them.
      for (const [index, description] of ['zero \u0000 byte', 'half \ud83d of a pair'].entries()) {
        const result = await apply({ ...produced('strange', index), description, weather: description });
        assert.ok(result.kind === 'applied' && result.stored === 1);
        assert.match(
          (await rowOf('p:strange', index))?.description ?? '',
          /^(zero .* byte|half .* of a pair)$/s,
        );
      }
      await assertBalanced();
    });

    for (const [index, acceptedAt] of [0.5, 1e300].entries()) {
      it(`stores a message that says it was accepted at ${acceptedAt}`, async () => {
        await apply({ ...produced('odd-time', index), acceptedAt });
        assert.ok(((await rowOf('p:odd-time', index))?.acceptedAt ?? -1) >= 0);
      });
    }

    it('keeps large sequences', async () => {
      for (const sequence of [2 ** 31, 2 ** 40 + 3, 2 ** 48 - 1]) {
        await apply(produced('large', sequence));
        assert.equal((await rowOf('p:large', sequence))?.sequence, sequence);
      }
    });

    it('keeps the first of two messages with one identity, within a batch and later', async () => {
      await apply(
        { ...keyed('first', 0, 'ES'), description: 'first' },
        { ...keyed('first', 0, 'JP'), description: 'second' },
      );
      await apply({ ...keyed('first', 0, 'FR'), description: 'third' }, keyed('first', 1));
      const row = await rowOf('k:first', 0);
      assert.deepEqual([row?.country, row?.description], ['ES', 'first']);
      await assertBalanced();
    });

    it('keeps no row of a batch whose position has moved', async () => {
      const rows = (await fixture.rows()).length;
      const result = await fixture.store.apply({
        envelopes: [produced('moved', 0)],
        positions: [{ source: 'rows:0', expected: 5, next: 6 }],
      });
      assert.equal(result.kind, 'moved');
      assert.equal((await fixture.rows()).length, rows);
      assert.equal(await rowOf('p:moved', 0), undefined);
    });

    it('has as many rows as counts and identities after any sequence of batches', async () => {
      const envelope = fc
        .record({
          scope: fc.constantFrom('a', 'b'),
          isKeyed: fc.boolean(),
          sequence: fc.nat(60),
          country: fc.constantFrom('ES', 'FR', 'JP'),
          weather: fc.constantFrom('sunny', 'rainy', 'frogs'),
        })
        .map(({ scope, isKeyed, sequence, country, weather }) =>
          isKeyed ? keyed(scope, sequence, country, weather) : produced(scope, sequence, country, weather),
        );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(envelope, { maxLength: 30 }), { maxLength: 4 }),
          async (batches) => {
            await Promise.all(batches.map((batch) => apply(...batch)));
            await assertBalanced();
          },
        ),
        { numRuns: 15 },
      );
    });
  });
}
