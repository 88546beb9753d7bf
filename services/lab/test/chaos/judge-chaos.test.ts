import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FaultOutcome, judgeChaos } from '../../src/chaos/judge-chaos.ts';
import { SIGNS } from '../../src/workloads/messages/faults.ts';
import { evidence } from '../support/chaos-evidence.ts';

const PLENTY = evidence({ clientRetries: 1, redeliveries: 1, duplicates: 1, storeRetries: 1, late: 1 });
const GOALS = {
  signs: SIGNS,
  expected: () => [['storeRetries', 'late']],
  breakable: ['valkey'],
  faults: 2,
  maxRecoveryMs: 15_000,
};

const outcome = (more: Partial<FaultOutcome> = {}): FaultOutcome => ({
  action: 'kill',
  target: 'valkey',
  pauseMs: 0,
  awayMs: 0,
  atSeconds: 12,
  recoveryMs: 1_000,
  evidence: PLENTY,
  bitten: true,
  ...more,
});
const FELT = [outcome(), outcome({ action: 'stop' })];

const failuresOf = (
  outcomes: readonly FaultOutcome[] = FELT,
  ofLoad: readonly string[] = [],
): readonly string[] => judgeChaos(outcomes, ofLoad, GOALS).failures;

describe('judgeChaos', () => {
  it('passes a run that was loaded as planned, exact, felt and recovered', () => {
    assert.deepEqual(failuresOf(), []);
  });

  it('fails for one fault without effect, although another of its kind had one', () => {
    assert.deepEqual(failuresOf([outcome(), outcome({ atSeconds: 40, bitten: false })]), [
      'kill valkey at 40 s had no effect (expected storeRetries or late)',
    ]);
  });

  it('fails for a load that proves nothing', () => {
    assert.deepEqual(failuresOf(FELT, ['the account is not exact']), ['the account is not exact']);
  });

  it('fails for a slow recovery and for none', () => {
    assert.match(failuresOf([...FELT, outcome({ recoveryMs: 15_001 })]).join(), /not recovered after 15.0 s/);
    assert.match(failuresOf([...FELT, outcome({ problem: 'kafka is away' })]).join(), /kafka is away/);
  });

  it('fails when the load ended before the last fault', () => {
    assert.match(failuresOf([outcome()]).join(), /after 1 of 2 faults/);
    assert.match(failuresOf([]).join(), /after 0 of 2 faults/);
  });

  it('fails when a kind of evidence never showed', () => {
    const failures = failuresOf([
      outcome({ evidence: evidence({ late: 1 }) }),
      outcome({ evidence: PLENTY }),
    ]);
    assert.deepEqual(failures, []);
    const weak = failuresOf([outcome({ evidence: evidence({}) }), outcome({ evidence: evidence({}) })]);
    assert.deepEqual(
      weak.filter((line) => line.includes('in the whole run')).map((line) => line.split(' ')[1]),
      ['clientRetries', 'redeliveries', 'duplicates'],
      'retries of a store may be hidden by its driver',
    );
  });

  it('does not ask a run that breaks only some servers for every kind of evidence', () => {
    const weak = [outcome({ evidence: evidence({}) }), outcome({ evidence: evidence({ late: 1 }) })];
    assert.deepEqual(judgeChaos(weak, [], { ...GOALS, breakable: ['valkey', 'kafka'] }).failures, []);
  });

  it('counts the faults of each kind, those felt, and the slowest recovery', () => {
    const { kinds } = judgeChaos(
      [outcome(), outcome({ recoveryMs: 9_000, bitten: false }), outcome({ action: 'stop' })],
      [],
      GOALS,
    );
    assert.deepEqual(kinds, [
      { action: 'kill', target: 'valkey', times: 2, bitten: 1, slowestRecoveryMs: 9_000 },
      { action: 'stop', target: 'valkey', times: 1, bitten: 1, slowestRecoveryMs: 1_000 },
    ]);
  });
});
