import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount, type LaneTotals, type PerCountry, verdictOf } from '@caudal/common/account';

const sum = (counts: PerCountry): number => Object.values(counts).reduce((a, b) => a + b, 0);
const totals = (byCountry: PerCountry, identities: number | null = sum(byCountry)): LaneTotals => ({
  total: sum(byCountry),
  byCountry,
  identities,
});
const ACCEPTED = { ES: 10, FR: 5, PT: 3 };

/** The account of a lane that takes Spain and Portugal, beside one that takes everything. */
function account(
  stored: LaneTotals,
  options: {
    readonly accepted?: PerCountry;
    readonly unknown?: PerCountry;
    readonly before?: LaneTotals;
  } = {},
) {
  const { accepted = ACCEPTED, unknown = {}, before = totals({}) } = options;
  return compareAccount({
    accepted,
    unknown,
    lanes: [
      { lane: 'some', before, after: stored, countries: ['ES', 'PT'] },
      { lane: 'all', before: totals({}), after: totals(accepted) },
    ],
  });
}

describe('the account of a lane that takes some countries', () => {
  it('is exact when it has its own countries and nothing else', () => {
    const result = account(totals({ ES: 10, PT: 3 }));
    assert.deepEqual(result.findings, []);
    assert.equal(result.exact, true);
    assert.deepEqual(
      result.lanes.map(({ lane, accepted, stored, lost, doubled }) => [
        lane,
        accepted,
        stored,
        lost,
        doubled,
      ]),
      [
        ['some', 13, 13, 0, 0],
        ['all', 18, 18, 0, 0],
      ],
    );
    assert.deepEqual(
      result.rows.filter(({ lane }) => lane === 'some').map(({ country }) => country),
      ['ES', 'PT'],
    );
    assert.equal(verdictOf(result).state, 'exact');
  });

  it('loses and doubles only what it takes', () => {
    const [lost] = account(totals({ ES: 8, PT: 3 })).lanes;
    assert.deepEqual([lost?.lost, lost?.doubled], [2, 0]);
    const [doubled] = account(totals({ ES: 11, PT: 3 }, 13)).lanes;
    assert.deepEqual([doubled?.lost, doubled?.doubled], [0, 1]);
  });

  it('may hold unknown messages of its countries alone', () => {
    const unknown = { ES: 2, FR: 2 };
    assert.equal(account(totals({ ES: 12, PT: 3 }), { unknown }).exact, true);
    assert.equal(account(totals({ ES: 10, FR: 1, PT: 3 }), { unknown }).exact, false);
  });

  for (const [known, identities] of [
    ['identities', 15],
    ['counts alone', null],
  ] as const) {
    it(`is faulty when it stored a country that it does not take, by ${known}`, () => {
      const result = account(totals({ ES: 10, FR: 2, PT: 3 }, identities));
      assert.deepEqual(result.findings, [{ lane: 'some', country: 'FR', kind: 'not-taken', count: 2 }]);
      assert.equal(result.exact, false);
      assert.deepEqual(verdictOf(result).notes.slice(0, 1), [
        'some: 2 messages stored of FR, which the lane does not take',
      ]);
      assert.equal(verdictOf(result).line, 'NOT exact: lost 0, doubled 0, of countries not taken 2');
    });
  }

  it('keeps a double, and messages of another sender, apart from a country that it does not take', () => {
    const doubled = account(totals({ ES: 11, FR: 3, PT: 3 }, 16));
    assert.deepEqual(doubled.findings, [
      { lane: 'some', country: 'FR', kind: 'not-taken', count: 3 },
      { lane: 'some', country: 'ES', kind: 'doubled', count: 1 },
    ]);
    const foreign = account(totals({ ES: 14, FR: 3, PT: 3 }, 20));
    assert.deepEqual(foreign.findings, [
      { lane: 'some', country: 'FR', kind: 'not-taken', count: 3 },
      { lane: 'some', country: 'ES', kind: 'other', count: 4 },
    ]);
  });

  it('still finds its own message under a country that it does not take', () => {
    const { findings } = account(totals({ ES: 9, FR: 1, PT: 3 }, 13));
    assert.deepEqual(findings, [
      { lane: 'some', country: 'ES', countedAs: 'FR', kind: 'wrong-country', count: 1 },
    ]);
  });

  it('does not blame it for what it held of other countries before', () => {
    const before = totals({ FR: 4 });
    assert.equal(account(totals({ ES: 10, FR: 4, PT: 3 }), { before }).exact, true);
  });

  it('is exact when nothing of its countries was accepted and it stored nothing', () => {
    const accepted = { FR: 5 };
    const result = account(totals({}), { accepted });
    assert.equal(result.exact, true);
    assert.equal(verdictOf(result).state, 'exact');
    assert.equal(verdictOf(account(totals({}), { accepted: {} })).line, 'NOT proven: nothing was accepted');
  });
});
