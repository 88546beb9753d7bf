import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount, type LaneTotals, type PerCountry, verdictOf } from '@caudal/common/account';

const HOUR_MS = 3_600_000;
const sum = (counts: PerCountry): number => Object.values(counts).reduce((a, b) => a + b, 0);
const totals = (byCountry: PerCountry, more: Partial<LaneTotals> = {}): LaneTotals => ({
  total: sum(byCountry),
  byCountry,
  identities: sum(byCountry),
  readAt: 0,
  expiryMark: 'run:0',
  ...more,
});
const EMPTY = totals({});
const account = (
  accepted: PerCountry,
  lanes: readonly (readonly [before: LaneTotals, after: LaneTotals])[],
  unknown: PerCountry = {},
) =>
  compareAccount({
    accepted,
    unknown,
    lanes: lanes.map(([before, after], index) => ({ lane: `l${index}`, before, after })),
  });

describe('the verdict on an incomplete run', () => {
  it('is not exact without a lane', () => {
    const result = account({ ES: 20_000 }, []);
    assert.equal(result.exact, false);
    assert.deepEqual(verdictOf(result), {
      state: 'unproven',
      line: 'NOT proven: no lane was compared',
      notes: [],
    });
  });

  it('is not exact when nothing was accepted and everything is unknown', () => {
    const result = account({}, [[EMPTY, EMPTY]], { ES: 20_000 });
    assert.equal(result.exact, false);
    assert.equal(
      verdictOf(result).line,
      'NOT proven: nothing was accepted, and the outcome of 20,000 messages is unknown',
    );
  });

  it('is not exact when nothing was sent', () => {
    const result = account({}, [[EMPTY, EMPTY]]);
    assert.equal(result.exact, false);
    assert.equal(verdictOf(result).line, 'NOT proven: nothing was accepted');
  });

  it('is not exact when the lanes were not drained, even if the counts agree', () => {
    const result = account({ ES: 1 }, [[EMPTY, totals({ ES: 1 })]]);
    assert.equal(verdictOf(result).state, 'exact');
    assert.deepEqual(verdictOf(result, 'l0 has a backlog of 3'), {
      state: 'unproven',
      line: 'NOT proven: the lanes were not drained',
      notes: ['not drained: l0 has a backlog of 3'],
    });
  });

  it('names losses even if the lanes were not drained', () => {
    const result = account({ ES: 2 }, [[EMPTY, totals({ ES: 1 })]]);
    const verdict = verdictOf(result, 'no progress');
    assert.equal(verdict.state, 'faulty');
    assert.match(verdict.line, /^NOT exact: lost 1, doubled 0/);
    assert.ok(verdict.notes.includes('not drained: no progress'));
  });
});

describe('messages from another sender', () => {
  it('are other, not doubled, and leave the verdict exact with a note', () => {
    const result = account({ ES: 10 }, [[EMPTY, totals({ ES: 11 })]]);
    assert.deepEqual(result.findings, [{ lane: 'l0', country: 'ES', kind: 'other', count: 1 }]);
    assert.deepEqual([result.lanes[0]?.other, result.lanes[0]?.doubled, result.exact], [1, 0, true]);
    assert.deepEqual(verdictOf(result), {
      state: 'exact',
      line: 'exact: every accepted message is in every store, once',
      notes: ['l0: 1 message of another sender, ES'],
    });
  });

  it('do not hide a double', () => {
    const result = account({ ES: 10, FR: 1 }, [[EMPTY, totals({ ES: 12, FR: 1 }, { identities: 12 })]]);
    assert.deepEqual(result.findings, [
      { lane: 'l0', country: 'ES', kind: 'doubled', count: 1 },
      { lane: 'l0', country: 'ES', kind: 'other', count: 1 },
    ]);
    assert.equal(result.exact, false);
  });

  it('are distinguished from doubles by their number even if their countries are unknown', () => {
    const result = account({ ES: 10, FR: 1 }, [[EMPTY, totals({ ES: 11, FR: 2 }, { identities: 12 })]]);
    assert.deepEqual(result.findings, [
      { lane: 'l0', country: null, kind: 'doubled', count: 1 },
      { lane: 'l0', country: null, kind: 'other', count: 1 },
    ]);
  });

  it('make a run inexact if they may be unknown messages under a wrong country', () => {
    const result = account({ ES: 10 }, [[EMPTY, totals({ ES: 10, MX: 2 })]], { FR: 5 });
    assert.deepEqual(result.findings, [
      { lane: 'l0', country: 'FR', countedAs: 'MX', kind: 'wrong-country', count: 2 },
    ]);
    assert.equal(result.exact, false);
  });
});

describe('identities that expire', () => {
  const byCounts = { state: 'exact-by-counts', line: 'exact by counts; identities have expired', notes: [] };

  it('lead to a verdict by counts when a load is verified after its keys have expired', () => {
    const after = totals({ ES: 10_000 }, { identities: 0, readAt: 25 * HOUR_MS, expiryMark: 'run:10000' });
    const result = account({ ES: 10_000 }, [[EMPTY, after]]);
    assert.deepEqual(result.findings, []);
    assert.deepEqual(verdictOf(result), byCounts);
    assert.equal(result.exact, true);
  });

  it('lead to a verdict by counts when those of an earlier load expired meanwhile', () => {
    const before = totals({ ES: 10_000 });
    const after = totals({ ES: 20_000 }, { identities: 10_000, readAt: HOUR_MS, expiryMark: 'run:10000' });
    assert.deepEqual(verdictOf(account({ ES: 10_000 }, [[before, after]])), byCounts);
  });

  it('still show losses by counts, and a surplus as doubled because it may be either', () => {
    const gone = { identities: 0, readAt: 25 * HOUR_MS, expiryMark: 'run:3' };
    const result = account({ ES: 2, FR: 2 }, [[EMPTY, totals({ ES: 1, FR: 3 }, gone)]]);
    assert.deepEqual(
      result.findings.map(({ country, kind }) => [country, kind]),
      [
        ['ES', 'lost'],
        ['FR', 'doubled'],
      ],
    );
    assert.ok(verdictOf(result).notes.some((note) => /identities have expired.*another sender/.test(note)));
  });

  it('are compared even if some had expired before, if none has since', () => {
    const before = totals({ ES: 100 }, { identities: 40, expiryMark: 'run:60' });
    const hidden = totals({ ES: 110 }, { identities: 49, readAt: HOUR_MS, expiryMark: 'run:60' });
    const result = account({ ES: 10 }, [[before, hidden]]);
    assert.deepEqual(
      result.findings.map(({ kind, count }) => [kind, count]),
      [
        ['lost', 1],
        ['doubled', 1],
      ],
    );
  });

  it('of this run are compared for a day even if the store was restarted', () => {
    const hidden = totals({ ES: 10 }, { identities: 9, readAt: 23 * HOUR_MS, expiryMark: 'another:0' });
    assert.equal(account({ ES: 10 }, [[EMPTY, hidden]]).exact, false);
  });
});
