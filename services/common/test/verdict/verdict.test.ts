import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FINDING_KINDS, finding, verdictOf } from '../../src/verdict/index.ts';

const LOST = finding('lost', 'a lane', 'not there', { count: 2 });

describe('a verdict', () => {
  it('is exact when all promises are kept, whatever has no last word', () => {
    const judged = { promises: 10, kept: 10, unknown: 3, findings: [] };
    assert.deepEqual(verdictOf(judged), { ...judged, exact: true });
  });

  it('is not exact with a finding of any kind, even if all promises are kept', () => {
    for (const kind of FINDING_KINDS) {
      const findings = [finding(kind, 'a lane', 'seen', { count: 1 })];
      assert.equal(verdictOf({ promises: 10, kept: 10, unknown: 0, findings }).exact, false, kind);
    }
  });

  it('is not exact when nothing was promised: that proves nothing', () => {
    assert.equal(verdictOf({ promises: 0, kept: 0, unknown: 5, findings: [] }).exact, false);
  });

  it('is not exact when a promise is not kept', () => {
    assert.equal(verdictOf({ promises: 10, kept: 8, unknown: 0, findings: [LOST] }).exact, false);
  });

  it('is refused to a judge that contradicts itself', () => {
    const rejected: [judged: Parameters<typeof verdictOf>[0], message: RegExp][] = [
      [
        { promises: 10, kept: 8, unknown: 0, findings: [] },
        /^2 of 10 promises are not kept, but nothing was/,
      ],
      [{ promises: 10, kept: 11, unknown: 0, findings: [] }, /^11 promises kept, but only 10 made$/],
      [{ promises: 10, kept: 11, unknown: 0, findings: [LOST] }, /^11 promises kept/],
      [{ promises: Number.NaN, kept: 0, unknown: 0, findings: [] }, /^promises is NaN, not a count$/],
      [{ promises: 1, kept: 1, unknown: -1, findings: [] }, /^unknown is -1, not a count$/],
      [{ promises: 1, kept: 0.5, unknown: 0, findings: [LOST] }, /^kept is 0.5, not a count$/],
    ];
    for (const [judged, message] of rejected)
      assert.throws(() => verdictOf(judged), { name: 'RangeError', message });
  });

  it('is exact only if every promise is kept and nothing is found', () => {
    const count = fc.integer({ min: 0, max: 20 });
    const findings = fc.array(fc.constant(LOST), { maxLength: 2 });
    fc.assert(
      fc.property(count, count, count, findings, (promises, kept, unknown, found) => {
        const isContradiction = kept > promises || (kept < promises && found.length === 0);
        fc.pre(!isContradiction);
        const { exact } = verdictOf({ promises, kept, unknown, findings: found });
        assert.equal(exact, promises > 0 && promises === kept && found.length === 0);
      }),
    );
  });
});
