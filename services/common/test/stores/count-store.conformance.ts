import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Envelope } from '../../src/message/envelope.ts';
import { createMemoryStore } from '../../src/stores/memory-store.ts';
import type { ApplyResult, CountStore, StoreTotals } from '../../src/stores/ports.ts';

type Applied = Extract<ApplyResult, { kind: 'applied' }>;

/** Creates an envelope of a producer. */
export function produced(producer: string, sequence: number, country = 'ES', weather = 'sunny'): Envelope {
  return { description: 'd', country, weather, producer, sequence, acceptedAt: 1 };
}

/** Creates an envelope under a client's key. */
export function keyed(key: string, sequence: number, country = 'ES', weather = 'sunny'): Envelope {
  return { description: 'd', country, weather, key, sequence, acceptedAt: 1 };
}

/** Returns what was added between two readings, without unchanged entries. */
function growthOf(earlier: StoreTotals, later: StoreTotals): Omit<StoreTotals, 'total'> {
  const grown = (before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(now)
        .map(([label, n]): [string, number] => [label, n - (before[label] ?? 0)])
        .filter(([, n]) => n !== 0),
    );
  return {
    byCountry: grown(earlier.byCountry, later.byCountry),
    byWeather: grown(earlier.byWeather, later.byWeather),
  };
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort();
}

/** Requirements on every store; `create` returns a new, empty, connected one. */
export function describeStore(name: string, create: () => Promise<CountStore>): void {
  describe(`${name} as a count store`, () => {
    let store: CountStore;
    before(async () => {
      store = await create();
    });
    after(() => store.close());

    const apply = async (...envelopes: Envelope[]): Promise<Applied> => {
      const result = await store.apply({ envelopes, positions: [] });
      assert.equal(result.kind, 'applied');
      return result as Applied;
    };
    const growth = async (action: () => Promise<unknown>): Promise<number> => {
      const earlier = await store.totals();
      await action();
      return (await store.totals()).total - earlier.total;
    };

    it('counts by country and by class of weather', async () => {
      const earlier = await store.totals();
      const result = await apply(
        produced('count', 0, 'ES', 'soleado'),
        produced('count', 1, 'FR', 'Rainy'),
        produced('count', 2, 'ES', 'sunny'),
        keyed('count', 0, 'JP', 'frogs'),
      );
      assert.deepEqual([...result.storedByCountry].sort(), [
        ['ES', 2],
        ['FR', 1],
        ['JP', 1],
      ]);
      assert.equal(result.stored, 4);
      const later = await store.totals();
      assert.equal(later.total - earlier.total, 4);
      assert.equal((later.byCountry.ES ?? 0) - (earlier.byCountry.ES ?? 0), 2);
      assert.equal((later.byWeather.sunny ?? 0) - (earlier.byWeather.sunny ?? 0), 2);
      assert.equal((later.byWeather.rainy ?? 0) - (earlier.byWeather.rainy ?? 0), 1);
      assert.equal((later.byWeather.other ?? 0) - (earlier.byWeather.other ?? 0), 1);
    });

    it('does not count a repeated batch', async () => {
      const batch = Array.from({ length: 100 }, (_, i) => produced('again', i));
      assert.equal(await growth(() => apply(...batch)), 100);
      const again = await apply(...batch);
      assert.deepEqual([again.stored, again.duplicates, again.storedByCountry.size], [0, 100, 0]);
    });

    it('counts only the new part of an overlapping batch', async () => {
      await apply(...Array.from({ length: 50 }, (_, i) => produced('overlap', i, 'ES')));
      const earlier = await store.totals();
      const result = await apply(
        ...Array.from({ length: 50 }, (_, i) => produced('overlap', i + 25, 'FR', 'rainy')),
      );
      assert.deepEqual([result.stored, result.duplicates], [25, 25]);
      assert.deepEqual([...result.storedByCountry], [['FR', 25]]);
      assert.deepEqual(growthOf(earlier, await store.totals()), {
        byCountry: { FR: 25 },
        byWeather: { rainy: 25 },
      });
    });

    it('counts single identities under their own country and weather', async () => {
      const earlier = await store.totals();
      const result = await apply(
        keyed('single-es', 0, 'ES', 'sunny'),
        keyed('single-jp', 0, 'JP', 'rainy'),
        keyed('single-jp', 5, 'FR', 'frogs'),
        produced('single', 1_000, 'JP', 'rainy'),
      );
      const expected = { ES: 1, FR: 1, JP: 2 };
      assert.deepEqual(Object.fromEntries([...result.storedByCountry].sort()), expected);
      assert.deepEqual(growthOf(earlier, await store.totals()), {
        byCountry: expected,
        byWeather: { other: 1, rainy: 2, sunny: 1 },
      });
    });

    it('counts an identity that occurs twice in one batch once', async () => {
      const result = await apply(
        keyed('twice', 0),
        keyed('twice', 0),
        produced('twice', 7),
        produced('twice', 7),
      );
      assert.deepEqual([result.stored, result.duplicates], [2, 2]);
    });

    it('distinguishes a producer from a key of the same name', async () => {
      assert.equal((await apply(produced('same', 0), keyed('same', 0))).stored, 2);
    });

    it('distinguishes identities across bitmap boundaries and far apart', async () => {
      const sequences = [0, 1, 7, 8, 262_143, 262_144, 262_145, 2 ** 40, 2 ** 40 + 3];
      const batch = sequences.map((sequence) => produced('far', sequence));
      assert.equal((await apply(...batch)).stored, sequences.length);
      assert.equal((await apply(...batch)).stored, 0);
      assert.equal((await apply(produced('far', 2), produced('far', 262_146))).stored, 2);
    });

    it('accepts positions under a key in any order, even the first one last', async () => {
      assert.equal((await apply(keyed('late', 3))).stored, 1);
      assert.equal((await apply(keyed('late', 0))).stored, 1);
      assert.equal((await apply(keyed('late', 0), keyed('late', 3), keyed('late', 4))).stored, 1);
    });

    it('has as many identities as messages', async () => {
      assert.equal(await store.identities(), (await store.totals()).total);
    });

    it('moves positions with the batch, and changes neither if a stored position differs', async () => {
      assert.deepEqual(
        await store.positions(['t:0', 't:1']),
        new Map([
          ['t:0', null],
          ['t:1', null],
        ]),
      );
      const first = await store.apply({
        envelopes: [produced('log', 0), produced('log', 1)],
        positions: [
          { source: 't:0', expected: null, next: 2 },
          { source: 't:1', expected: null, next: 9 },
        ],
      });
      assert.equal(first.kind, 'applied');
      const earlier = await store.totals();
      const stale = await store.apply({
        envelopes: [produced('log', 2)],
        positions: [
          { source: 't:0', expected: 0, next: 3 },
          { source: 't:1', expected: 9, next: 10 },
          { source: 't:2', expected: 5, next: 6 },
        ],
      });
      assert.deepEqual(stale, {
        kind: 'moved',
        positions: new Map([
          ['t:0', 2],
          ['t:2', null],
        ]),
      });
      assert.deepEqual(await store.totals(), earlier);
      assert.deepEqual(
        await store.positions(['t:0', 't:1', 't:2']),
        new Map([
          ['t:0', 2],
          ['t:1', 9],
          ['t:2', null],
        ]),
      );
    });

    it('moves a position without messages, also backwards', async () => {
      await store.apply({ envelopes: [], positions: [{ source: 'back', expected: null, next: 100 }] });
      await store.apply({ envelopes: [], positions: [{ source: 'back', expected: 100, next: 3 }] });
      assert.deepEqual(await store.positions(['back']), new Map([['back', 3]]));
    });

    it('stores marks and position together, and clears the marks with a batch that has none', async () => {
      const state = async (source: string) => (await store.logStates([source])).get(source);
      const none = { position: null, marks: '', attempt: '' };
      assert.deepEqual(
        await store.logStates(['m:0', 'm:1']),
        new Map([
          ['m:0', none],
          ['m:1', none],
        ]),
      );
      await store.apply({
        envelopes: [],
        positions: [
          { source: 'm:0', expected: null, next: 4, marks: '3:abc 1:def' },
          { source: 'm:1', expected: null, next: 9, marks: '8:ghi' },
        ],
      });
      const stale = await store.apply({
        envelopes: [],
        positions: [
          { source: 'm:0', expected: 4, next: 5, marks: '4:new' },
          { source: 'm:1', expected: 1, next: 10, marks: '9:new' },
        ],
      });
      assert.equal(stale.kind, 'moved');
      assert.deepEqual(await state('m:0'), { position: 4, marks: '3:abc 1:def', attempt: '' });
      await store.apply({ envelopes: [], positions: [{ source: 'm:0', expected: 4, next: 6 }] });
      assert.deepEqual(await state('m:0'), { position: 6, marks: '', attempt: '' });
      assert.deepEqual(await state('m:1'), { position: 9, marks: '8:ghi', attempt: '' });
    });

    it('keeps the last recorded attempt of a source when its position moves', async () => {
      await store.noteAttempt('n:0', '5 9 batch one');
      await store.noteAttempt('n:0', '5 9 batch one two');
      await store.apply({
        envelopes: [],
        positions: [{ source: 'n:0', expected: null, next: 7, marks: '6:x' }],
      });
      const states = await store.logStates(['n:0', 'n:1']);
      assert.deepEqual(states.get('n:0'), { position: 7, marks: '6:x', attempt: '5 9 batch one two' });
      assert.equal(states.get('n:1')?.attempt, '');
    });

    it('agrees with the model on any sequence of batches', async () => {
      const envelope = fc
        .record({
          scope: fc.constantFrom('a', 'b'),
          isKeyed: fc.boolean(),
          sequence: fc.oneof(fc.nat(40), fc.integer({ min: 262_130, max: 262_160 })),
          country: fc.constantFrom('ES', 'FR', 'JP'),
          weather: fc.constantFrom('sunny', 'rainy', 'frogs'),
        })
        .map(({ scope, isKeyed, sequence, country, weather }) =>
          isKeyed
            ? keyed(scope, sequence % 41, country, weather)
            : produced(scope, sequence, country, weather),
        );
      let round = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(envelope, { maxLength: 30 }), { maxLength: 8 }),
          async (batches) => {
            round += 1;
            const model = createMemoryStore();
            const earlier = await store.totals();
            for (const batch of batches) {
              const envelopes = batch.map((one) =>
                one.key === undefined
                  ? { ...one, producer: `model-${round}-${one.producer}` }
                  : { ...one, key: `model-${round}-${one.key}` },
              );
              const expected = (await model.apply({ envelopes, positions: [] })) as Applied;
              const actual = await apply(...envelopes);
              assert.equal(actual.stored, expected.stored);
              assert.equal(actual.duplicates, expected.duplicates);
              assert.deepEqual(sorted(actual.storedByCountry), sorted(expected.storedByCountry));
            }
            const { total, byCountry, byWeather } = await model.totals();
            const later = await store.totals();
            assert.equal(later.total - earlier.total, total);
            assert.deepEqual(growthOf(earlier, later), { byCountry, byWeather });
          },
        ),
        { numRuns: 100 },
      );
      assert.equal(await store.identities(), (await store.totals()).total);
    });
  });
}
