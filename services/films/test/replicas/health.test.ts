import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterProbe, afterRead, type Health, problemOf } from '../../src/replicas/health.ts';

const IN: Health = { kind: 'in', errorsInRow: 0 };
const LIMITS = { role: 'replica', newestBeatMs: 5_000, maxLagMs: 1_000 } as const;
const SEEN = { isReplica: true, beatMs: 5_000, current: 1, kept: [1] };

describe('problemOf', () => {
  it('finds none with a replica that is close enough', () => {
    assert.equal(problemOf(SEEN, LIMITS), undefined);
    assert.equal(problemOf({ ...SEEN, beatMs: 4_000 }, LIMITS), undefined);
  });

  it('names what is wrong with a replica', () => {
    assert.equal(problemOf(undefined, LIMITS), 'unreachable');
    assert.equal(problemOf({ ...SEEN, beatMs: 3_999 }, LIMITS), 'lagging');
    assert.equal(problemOf({ ...SEEN, isReplica: false }, LIMITS), 'not_a_replica');
  });

  it('asks of a primary only that it answers', () => {
    const limits = { ...LIMITS, role: 'primary' } as const;
    assert.equal(problemOf(undefined, limits), 'unreachable');
    assert.equal(problemOf({ ...SEEN, isReplica: false }, limits), undefined);
    assert.equal(problemOf({ ...SEEN, beatMs: 0 }, limits), undefined);
  });
});

describe('afterProbe', () => {
  it('lets a new server in by its first good probe', () => {
    assert.deepEqual(afterProbe({ kind: 'starting' }, undefined, 1), IN);
  });

  it('leaves a server out after one bad probe, and keeps since when', () => {
    const out = afterProbe(IN, 'unreachable', 1);
    assert.deepEqual(out, { kind: 'out', reason: 'unreachable', sinceMs: 1, goodProbes: 0 });
    assert.deepEqual(afterProbe(out, 'lagging', 2), {
      kind: 'out',
      reason: 'lagging',
      sinceMs: 1,
      goodProbes: 0,
    });
  });

  it('lets it in again after two good probes in a row', () => {
    const once = afterProbe(afterProbe(IN, 'lagging', 1), undefined, 2);
    assert.deepEqual(once, { kind: 'out', reason: 'lagging', sinceMs: 1, goodProbes: 1 });
    assert.deepEqual(afterProbe(once, undefined, 3), IN);
    const again = afterProbe(afterProbe(once, 'lagging', 3), undefined, 4);
    assert.equal(again.kind, 'out');
  });

  it('does not forget errors of a server that is in', () => {
    const health: Health = { kind: 'in', errorsInRow: 2 };
    assert.equal(afterProbe(health, undefined, 1), health);
  });
});

describe('afterRead', () => {
  it('leaves a server out after three errors in a row', () => {
    const twice = afterRead(afterRead(IN, 'error', 1), 'error', 2);
    assert.deepEqual(twice, { kind: 'in', errorsInRow: 2 });
    assert.deepEqual(afterRead(twice, 'error', 3), {
      kind: 'out',
      reason: 'errors',
      sinceMs: 3,
      goodProbes: 0,
    });
  });

  it('starts to count again after an answer', () => {
    assert.deepEqual(afterRead({ kind: 'in', errorsInRow: 2 }, 'answered', 1), IN);
  });

  it('changes nothing for a server that is not in', () => {
    const out = afterProbe(IN, 'unreachable', 1);
    for (const health of [out, { kind: 'starting' }] as const)
      for (const outcome of ['answered', 'error'] as const)
        assert.equal(afterRead(health, outcome, 2), health);
  });
});
