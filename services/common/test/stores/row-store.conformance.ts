import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/message/envelope.ts';
import { weatherClass } from '../../src/message/weather.ts';
import type { CountStore } from '../../src/stores/ports.ts';
import { keyed, produced } from './count-store.conformance.ts';

/** A message as the store keeps it. */
export interface StoredRow {
  /** Exactly one of the two is there. */
  readonly producer?: string;
  readonly key?: string;
  readonly sequence: number;
  readonly country: string;
  readonly weather: string;
  readonly description: string;
  readonly acceptedAt: number;
}

/** An empty, connected store, and a reader of its rows that shares no code with it. */
export interface RowStoreFixture {
  readonly store: CountStore;
  /** Reads all rows, in any order. */
  rows(): Promise<readonly StoredRow[]>;
  close(): Promise<void>;
}

/** Requirements on a store that keeps a row a message: rows, counts and identities are the same messages. */
export function describeRows(name: string, create: () => Promise<RowStoreFixture>): void {
  describe(`${name} keeps a row a message`, () => {
    let fixture: RowStoreFixture;
    before(async () => {
      fixture = await create();
    });
    after(() => fixture.close());

    const rowOf = async ({ producer, key, sequence }: Envelope): Promise<StoredRow | undefined> => {
      const found = (await fixture.rows()).filter(
        (row) => row.producer === producer && row.key === key && row.sequence === sequence,
      );
      assert.ok(found.length <= 1, 'two rows of one identity');
      return found[0];
    };
    const assertRowsAreCounts = async (): Promise<void> => {
      const [rows, totals] = [await fixture.rows(), await fixture.store.totals()];
      assert.equal(rows.length, totals.total);
      assert.equal(rows.length, await fixture.store.identities());
      assert.equal(new Set(rows.map(identityOf)).size, rows.length);
      assert.deepEqual(
        countBy(rows, ({ country }) => country),
        sortedEntries(totals.byCountry),
      );
      assert.deepEqual(
        countBy(rows, ({ weather }) => weatherClass(weather)),
        sortedEntries(totals.byWeather),
      );
    };

    const texts = {
      quotes: `"it's" \\ {a,b} $1 null NULL`,
      lines: 'one\r\n\ttwo\u2028three',
      'other scripts': 'Ζ 天気 🌦️ café cafe\u0301',
      nothing: '',
      'a long text': 'x'.repeat(100_000),
    };
    for (const [title, text] of Object.entries(texts)) {
      it(`keeps what a message said: ${title}`, async () => {
        const envelope = {
          ...produced('text', text.length),
          description: text,
          weather: text,
          acceptedAt: 1_764_216_000_123,
        };
        await fixture.store.apply({ envelopes: [envelope], positions: [] });
        assert.deepEqual(await rowOf(envelope), {
          producer: 'text',
          sequence: text.length,
          country: 'ES',
          weather: text,
          description: text,
          acceptedAt: 1_764_216_000_123,
        });
      });
    }

    it('keeps a lone surrogate as the sign for a character that is none', async () => {
      const envelope = { ...keyed('surrogate', 0), description: 'a\uD800b' };
      await fixture.store.apply({ envelopes: [envelope], positions: [] });
      assert.equal((await rowOf(envelope))?.description, 'a\uFFFDb');
    });

    for (const acceptedAt of [0.5, 1e300]) {
      it(`takes a message that says it was accepted at ${acceptedAt}`, async () => {
        const envelope = { ...produced('time', Math.round(Math.log10(acceptedAt) + 1)), acceptedAt };
        await fixture.store.apply({ envelopes: [envelope], positions: [] });
        assert.ok(((await rowOf(envelope))?.acceptedAt ?? -1) >= 0);
      });
    }

    it('keeps what was stored first under an identity, in a batch and later', async () => {
      const first = { ...keyed('first', 0, 'ES'), description: 'first' };
      const second = { ...keyed('first', 0, 'FR'), description: 'second' };
      await fixture.store.apply({ envelopes: [first, second], positions: [] });
      await fixture.store.apply({ envelopes: [second], positions: [] });
      const row = await rowOf(first);
      assert.deepEqual([row?.country, row?.description], ['ES', 'first']);
    });

    it('writes no row of a batch whose position has moved', async () => {
      const [envelope] = [produced('moved', 0)];
      const position = { source: 'rows:0', expected: null, next: 5 };
      await fixture.store.apply({ envelopes: [], positions: [position] });
      const result = await fixture.store.apply({ envelopes: [envelope], positions: [position] });
      assert.deepEqual(result, { kind: 'moved', positions: new Map([['rows:0', 5]]) });
      assert.equal(await rowOf(envelope), undefined);
    });

    it('has rows, counts and identities of the same messages after any sequence of batches', async () => {
      const envelope = fc
        .record({
          scope: fc.constantFrom('a', 'b'),
          isKeyed: fc.boolean(),
          sequence: fc.nat(30),
          country: fc.constantFrom('ES', 'FR', 'JP'),
          weather: fc.constantFrom('sunny', 'Soleado', 'rain', 'frogs'),
        })
        .map(({ scope, isKeyed, sequence, country, weather }) =>
          (isKeyed ? keyed : produced)(scope, sequence, country, weather),
        );
      await fc.assert(
        fc.asyncProperty(fc.array(envelope, { maxLength: 40 }), async (envelopes) => {
          await fixture.store.apply({ envelopes, positions: [] });
          await assertRowsAreCounts();
        }),
        { numRuns: 50 },
      );
      await assertRowsAreCounts();
    });
  });
}

function identityOf({ producer, key, sequence }: StoredRow): string {
  return JSON.stringify([producer ?? null, key ?? null, sequence]);
}

function countBy(rows: readonly StoredRow[], labelOf: (row: StoredRow) => string): [string, number][] {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[labelOf(row)] = (counts[labelOf(row)] ?? 0) + 1;
  return sortedEntries(counts);
}

function sortedEntries(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
}
