import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FINDING_KINDS, finding, MAX_EXAMPLES } from '../../src/verdict/index.ts';

describe('a finding', () => {
  it('has one vocabulary', () => {
    assert.equal(
      FINDING_KINDS.join(' '),
      'lost doubled wrong early skipped out-of-order stale diverged unfelt over-budget unused',
    );
  });

  it('counts all and shows the first examples', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FINDING_KINDS),
        fc.array(fc.string(), { maxLength: 20 }),
        fc.nat(1_000),
        (kind, examples, more) => {
          const count = examples.length + more;
          fc.pre(count > 0);
          const made = finding(kind, 'a lane', 'not there', { examples, count });
          assert.deepEqual(made, {
            kind,
            subject: 'a lane',
            count,
            detail: 'not there',
            examples: examples.slice(0, MAX_EXAMPLES),
          });
        },
      ),
    );
  });

  it('counts its examples by default', () => {
    assert.equal(
      finding('lost', 'a lane', 'not there', { examples: ['a', 'b', 'c', 'd', 'e', 'f'] }).count,
      6,
    );
  });

  it('is refused with a count that cannot be', () => {
    for (const counts of [{}, { count: 0 }, { count: -1 }, { count: 0.5 }, { count: Number.NaN }])
      assert.throws(() => finding('lost', 'a lane', 'not there', counts), RangeError);
    assert.throws(() => finding('lost', 'a lane', 'not there', { count: 1, examples: ['a', 'b'] }), {
      name: 'RangeError',
      message: 'lost, a lane: a finding with 2 examples counts 1',
    });
  });
});
