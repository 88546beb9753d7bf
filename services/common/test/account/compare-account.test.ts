import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount, type LaneTotals, type PerCountry } from '@caudal/common/account';
import fc from 'fast-check';

/** A simulated store: identities with their country, and counts that a fault can falsify. */
interface Lane {
  readonly byCountry: Map<string, number>;
  identities: number;
  total: number;
}

const COUNTRIES = ['AR', 'ES', 'FR', 'MX', 'US'];
const counts = fc.dictionary(fc.constantFrom(...COUNTRIES), fc.integer({ min: 1, max: 50 }), { minKeys: 2 });
const sum = (perCountry: PerCountry): number => Object.values(perCountry).reduce((a, b) => a + b, 0);

function laneOf(stored: PerCountry): Lane {
  return { byCountry: new Map(Object.entries(stored)), identities: sum(stored), total: sum(stored) };
}

function count(lane: Lane, country: string, by: number): void {
  lane.byCountry.set(country, (lane.byCountry.get(country) ?? 0) + by);
  lane.total += by;
}

function totals(
  lane: Lane,
  before: PerCountry = {},
  identities: number | null = lane.identities,
): LaneTotals {
  const byCountry = new Map(lane.byCountry);
  for (const [country, n] of Object.entries(before))
    byCountry.set(country, (byCountry.get(country) ?? 0) + n);
  return {
    total: lane.total + sum(before),
    byCountry: Object.fromEntries(byCountry),
    identities: identities === null ? null : identities + sum(before),
  };
}

function account(
  accepted: PerCountry,
  lane: Lane,
  options: { before?: PerCountry; unknown?: PerCountry } = {},
) {
  const before = options.before ?? {};
  return compareAccount({
    accepted,
    unknown: options.unknown ?? {},
    lanes: [{ lane: 'l', before: totals(laneOf({}), before), after: totals(lane, before) }],
  });
}

describe('compareAccount', () => {
  it('is exact when each lane has what was accepted, whatever it held before', () => {
    fc.assert(
      fc.property(counts, counts, (accepted, before) => {
        const result = account(accepted, laneOf(accepted), { before });
        assert.equal(result.exact, true);
        assert.equal(result.lanes[0]?.stored, sum(accepted));
        assert.deepEqual(result.findings, []);
      }),
    );
  });

  it('allows any number of the unknown messages', () => {
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0, max: 1, noNaN: true }), (accepted, unknown, share) => {
        const lane = laneOf(accepted);
        for (const [country, n] of Object.entries(unknown)) {
          const arrived = Math.round(n * share);
          count(lane, country, arrived);
          lane.identities += arrived;
        }
        assert.equal(account(accepted, lane, { unknown }).exact, true);
      }),
    );
  });

  it('finds planted losses in their countries', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 9 }), (accepted, pick) => {
        const country = Object.keys(accepted)[pick % Object.keys(accepted).length] as string;
        const lane = laneOf(accepted);
        count(lane, country, -1);
        lane.identities -= 1;
        assert.deepEqual(account(accepted, lane).findings, [{ lane: 'l', country, kind: 'lost', count: 1 }]);
      }),
    );
  });

  it('finds doubles and messages from other senders in their countries', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 9 }), fc.boolean(), (accepted, pick, hasIdentity) => {
        const country = Object.keys(accepted)[pick % Object.keys(accepted).length] as string;
        const lane = laneOf(accepted);
        count(lane, country, 2);
        if (hasIdentity) lane.identities += 2;
        assert.deepEqual(account(accepted, lane).findings, [
          { lane: 'l', country, kind: hasIdentity ? 'other' : 'doubled', count: 2 },
        ]);
      }),
    );
  });

  it('shows findings in the row of their country, and no loss for a message counted under another country', () => {
    const { rows } = account({ ES: 5, FR: 5 }, laneOf({ ES: 4, FR: 6 }));
    assert.deepEqual(
      rows.map(({ country, stored, lost, doubled, other }) => [country, stored, lost, doubled, other]),
      [
        ['ES', 4, 0, 0, 0],
        ['FR', 6, 0, 0, 0],
      ],
    );
  });

  it('distinguishes a wrong country from a loss and a double', () => {
    const accepted = { ES: 5, FR: 5 };
    const moved = laneOf({ ES: 4, FR: 6 });
    assert.deepEqual(account(accepted, moved).findings, [
      { lane: 'l', country: 'ES', countedAs: 'FR', kind: 'wrong-country', count: 1 },
    ]);
    const lostAndDoubled = laneOf({ ES: 4, FR: 6 });
    lostAndDoubled.identities -= 1;
    assert.deepEqual(account(accepted, lostAndDoubled).findings, [
      { lane: 'l', country: 'ES', kind: 'lost', count: 1 },
      { lane: 'l', country: 'FR', kind: 'doubled', count: 1 },
    ]);
  });

  it('finds by identities a loss and a double that cancel each other in one country', () => {
    const lane = laneOf({ ES: 5 });
    lane.identities -= 1;
    const { findings, lanes, exact } = account({ ES: 5 }, lane);
    assert.deepEqual(findings, [
      { lane: 'l', country: null, kind: 'lost', count: 1 },
      { lane: 'l', country: null, kind: 'doubled', count: 1 },
    ]);
    assert.equal(exact, false);
    assert.deepEqual([lanes[0]?.lost, lanes[0]?.doubled, lanes[0]?.identities], [1, 1, 4]);
  });

  it('finds a double that unknown messages hide', () => {
    const lane = laneOf({ ES: 6 });
    lane.identities -= 1;
    assert.deepEqual(account({ ES: 5 }, lane, { unknown: { ES: 3 } }).findings, [
      { lane: 'l', country: null, kind: 'doubled', count: 1 },
    ]);
  });

  it('finds a total that differs from the sum of the countries', () => {
    const lane = laneOf({ ES: 5 });
    lane.total += 1;
    const { findings, exact } = account({ ES: 5 }, lane);
    assert.deepEqual(findings, [{ lane: 'l', country: null, kind: 'total', count: 1 }]);
    assert.equal(exact, false);
  });

  it('names a country in which nothing was accepted', () => {
    const lane = laneOf({ ES: 5, PE: 1 });
    lane.identities -= 1;
    assert.deepEqual(account({ ES: 5 }, lane).findings, [
      { lane: 'l', country: 'PE', kind: 'doubled', count: 1 },
    ]);
  });

  it('compares only counts if identities were not counted or have expired', () => {
    const accepted = { ES: 5, FR: 5 };
    const fresh = totals(laneOf({}));
    for (const [before, after] of [
      [fresh, totals(laneOf({ ES: 4, FR: 6 }), {}, null)],
      [{ ...totals(laneOf({}), { ES: 9 }), identities: 3 }, totals(laneOf({ ES: 4, FR: 6 }), { ES: 9 })],
    ] as const) {
      const result = compareAccount({ accepted, unknown: {}, lanes: [{ lane: 'l', before, after }] });
      assert.equal(result.lanes[0]?.identities, null);
      assert.deepEqual(result.findings, [
        { lane: 'l', country: 'ES', kind: 'lost', count: 1 },
        { lane: 'l', country: 'FR', kind: 'doubled', count: 1 },
      ]);
    }
  });

  it('judges each lane separately', () => {
    const good = laneOf({ ES: 2 });
    const bad = laneOf({ ES: 1 });
    const { findings, exact } = compareAccount({
      accepted: { ES: 2 },
      unknown: {},
      lanes: [
        { lane: 'good', before: totals(laneOf({})), after: totals(good) },
        { lane: 'bad', before: totals(laneOf({})), after: totals(bad) },
      ],
    });
    assert.equal(exact, false);
    assert.deepEqual(findings, [{ lane: 'bad', country: 'ES', kind: 'lost', count: 1 }]);
  });

  it('never finds a falsified store exact', () => {
    const fault = fc.record({
      country: fc.constantFrom(...COUNTRIES),
      counted: fc.integer({ min: -3, max: 3 }),
      identities: fc.integer({ min: -3, max: 3 }),
    });
    fc.assert(
      fc.property(counts, fc.array(fault, { minLength: 1, maxLength: 4 }), (accepted, faults) => {
        const lane = laneOf(accepted);
        for (const { country, counted, identities } of faults) {
          count(lane, country, counted);
          lane.identities += identities;
        }
        // Additional messages with their own identities come from another sender.
        const others = lane.identities - sum(accepted);
        const isRight =
          others >= 0 &&
          lane.total === lane.identities &&
          COUNTRIES.every((country) => (lane.byCountry.get(country) ?? 0) >= (accepted[country] ?? 0));
        const result = account(accepted, lane);
        assert.equal(result.exact, isRight);
        if (isRight) assert.equal(result.lanes[0]?.other, others);
      }),
    );
  });
});
