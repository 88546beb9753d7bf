import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LAB_SIGNS, type Sign } from '../../src/chaos/chaos-workload.ts';
import { describeEvidence, evidenceSince, isFelt } from '../../src/chaos/evidence.ts';
import { createEvidenceCollector } from '../../src/chaos/evidence-collector.ts';

/** A workload's own sign, after the lab's. */
const counts = (name: string, label: string): Sign => ({
  name,
  label,
  count: (increases) => increases.counter(`${name}_total`),
});
const SIGNS: readonly Sign[] = [
  LAB_SIGNS.clientRetries,
  counts('duplicates', 'duplicates refused'),
  counts('late', 'late'),
  LAB_SIGNS.repliesHeldBack,
];

describe('isFelt', () => {
  it('wants one sign of each group', () => {
    const expected = [['repliesHeldBack'], ['duplicates', 'late']];
    assert.equal(isFelt(expected, { repliesHeldBack: 1, duplicates: 0, late: 0 }), false);
    assert.equal(isFelt(expected, { repliesHeldBack: 0, duplicates: 1, late: 1 }), false);
    assert.equal(isFelt(expected, { repliesHeldBack: 1, duplicates: 0, late: 1 }), true);
    assert.equal(isFelt(expected, {}), false);
  });
});

describe('evidence', () => {
  it('is what came on top', () => {
    const since = evidenceSince({ late: 2, duplicates: 0 }, { late: 5, duplicates: 1 });
    assert.deepEqual(since, { late: 3, duplicates: 1 });
    assert.equal(describeEvidence(SIGNS, since), 'duplicates refused 1, late 3');
    assert.equal(describeEvidence(SIGNS, { late: 0 }), 'no effect');
  });

  it('is added up from the samples and the counts of the lab, in the order of the signs', async () => {
    const outside = { clientRetries: 7, requestsCutOff: 5, answersLate: 0, repliesHeldBack: 3 };
    const collector = createEvidenceCollector(SIGNS, () => Promise.resolve(outside));
    const sampled = collector.nextSample();
    collector.add(increases({ duplicates_total: 2 }));
    await sampled;
    collector.add(increases({ duplicates_total: 10, late_total: 1 }));
    const total = await collector.total();
    assert.deepEqual(Object.entries(total), [
      ['clientRetries', 7],
      ['duplicates', 12],
      ['late', 1],
      ['repliesHeldBack', 3],
    ]);
  });
});

const increases = (counters: Readonly<Record<string, number>>) => ({
  counter: (name: string) => counters[name] ?? 0,
  buckets: () => new Map(),
});
