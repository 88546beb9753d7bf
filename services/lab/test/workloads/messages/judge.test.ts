import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccountInput, compareAccount, type Finding, verdictOf } from '@caudal/common/account';
import { judgeMessages } from '../../../src/workloads/messages/judge.ts';

const totals = (byCountry: Readonly<Record<string, number>>, identities?: number, total?: number) => {
  const sum = Object.values(byCountry).reduce((left, right) => left + right, 0);
  return { total: total ?? sum, byCountry, identities: identities ?? sum };
};
const accountOf = (
  accepted: AccountInput['accepted'],
  lanes: Readonly<Record<string, ReturnType<typeof totals>>>,
  unknown: AccountInput['unknown'] = {},
) =>
  compareAccount({
    accepted,
    unknown,
    lanes: Object.entries(lanes).map(([lane, after]) => ({ lane, before: totals({}), after })),
  });

const EXACT = accountOf({ ES: 5 }, { left: totals({ ES: 5 }), right: totals({ ES: 5 }) });

describe('the verdict on messages', () => {
  it('is exact when every lane has what was accepted: a promise a message and lane', () => {
    assert.deepEqual(judgeMessages({ account: EXACT }), {
      promises: 10,
      kept: 10,
      unknown: 0,
      findings: [],
      exact: true,
    });
  });

  it('is not exact while lanes are not drained, and says why', () => {
    const { exact, findings } = judgeMessages({
      account: { ...EXACT, exact: false },
      notDrained: 'no progress',
    });
    assert.equal(exact, false);
    assert.deepEqual(findings, [
      { kind: 'stale', subject: 'the lanes', count: 1, detail: 'not drained: no progress', examples: [] },
    ]);
  });

  it('is not exact when the rows of a lane are not, although its counts are', () => {
    const skipped = { kind: 'skipped', subject: 'left', count: 3, detail: 'skipped', examples: [] } as const;
    assert.equal(judgeMessages({ account: EXACT, rows: { findings: [] } }).exact, true);
    const { exact, findings } = judgeMessages({ account: EXACT, rows: { findings: [skipped] } });
    assert.deepEqual([exact, findings], [false, [skipped]]);
  });

  it('calls each fault by its word, with its lane', () => {
    const found = (...account: Parameters<typeof accountOf>) =>
      judgeMessages({ account: accountOf(...account) }).findings.map(({ kind, subject, count }) => [
        kind,
        subject,
        count,
      ]);
    assert.deepEqual(found({ ES: 5 }, { left: totals({ ES: 5 }), right: totals({ ES: 3 }) }), [
      ['lost', 'right', 2],
    ]);
    assert.deepEqual(found({ ES: 5 }, { left: totals({ ES: 6 }, 5) }), [['doubled', 'left', 1]]);
    assert.deepEqual(found({ ES: 5, FR: 5 }, { left: totals({ ES: 4, FR: 6 }) }), [['wrong', 'left', 1]]);
    assert.deepEqual(found({ ES: 5 }, { left: totals({ ES: 5 }, 5, 6) }), [['diverged', 'left', 1]]);
  });

  it('has a word for every fault of the account, and none for another sender', () => {
    const words = (
      ['lost', 'doubled', 'wrong-country', 'wrong-weather', 'refused', 'not-taken', 'total', 'other'] as const
    ).map((kind) => {
      const found: Finding = { lane: 'left', country: 'ES', kind, count: 1 };
      return judgeMessages({ account: { ...EXACT, findings: [found] } }).findings.map((one) => one.kind);
    });
    const wrong = ['wrong'];
    assert.deepEqual(words, [['lost'], ['doubled'], wrong, wrong, wrong, wrong, ['diverged'], []]);
  });

  it('does not count what is lost or elsewhere as kept', () => {
    const { kept, promises } = judgeMessages({
      account: accountOf(
        { ES: 5, FR: 5 },
        { left: totals({ ES: 4, FR: 6 }), right: totals({ ES: 5, FR: 2 }) },
      ),
    });
    assert.deepEqual([promises, kept], [20, 16]);
  });

  it('leaves out what another sender posted', () => {
    const { exact, findings } = judgeMessages({ account: accountOf({ ES: 5 }, { left: totals({ ES: 6 }) }) });
    assert.deepEqual([exact, findings], [true, []]);
  });

  it('is exact exactly when the account is', () => {
    const cases = [
      EXACT,
      accountOf({}, { left: totals({}) }, { ES: 3 }),
      accountOf({ ES: 5 }, {}),
      accountOf({ ES: 5 }, { left: totals({ ES: 6 }) }, { ES: 3 }),
      accountOf({ ES: 5 }, { left: totals({ ES: 5 }, 4) }),
      accountOf({ ES: 5 }, { left: totals({}) }),
      accountOf({ ES: 5 }, { left: totals({ MX: 5 }) }),
    ];
    const exact = cases.map((account) => judgeMessages({ account }).exact);
    assert.deepEqual(
      exact,
      cases.map((account) => account.exact),
    );
    assert.deepEqual(
      exact,
      cases.map((account) => verdictOf(account).state === 'exact'),
    );
    assert.ok(exact.includes(true) && exact.includes(false));
  });
});
