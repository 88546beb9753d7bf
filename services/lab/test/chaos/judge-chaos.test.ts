import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FaultOutcome, judgeChaos } from '../../src/chaos/judge-chaos.ts';
import { evidence } from '../support/chaos-evidence.ts';

const PLENTY = evidence({ clientRetries: 1, redeliveries: 1, duplicates: 1, storeRetries: 1, late: 1 });
const GOALS = { faults: 2, messages: 1_000, maxUnknown: 8, maxRecoveryMs: 15_000 };
const EXACT = {
  account: { rows: [], lanes: [], findings: [], exact: true } as unknown as Parameters<
    typeof judgeChaos
  >[1]['account'],
  load: { messages: { accepted: 1_000, unknown: 0 } },
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
  result: Parameters<typeof judgeChaos>[1] = EXACT,
): readonly string[] => judgeChaos(outcomes, result, GOALS).failures;

describe('judgeChaos', () => {
  it('passes a run that was loaded as planned, exact, felt and recovered', () => {
    assert.deepEqual(failuresOf(), []);
  });

  it('fails for one fault without effect, although another of its kind had one', () => {
    assert.deepEqual(failuresOf([outcome(), outcome({ atSeconds: 40, bitten: false })]), [
      'kill valkey at 40 s had no effect (expected storeRetries or late)',
    ]);
  });

  it('fails for an account that is not exact', () => {
    const result = { ...EXACT, account: { ...EXACT.account, exact: false } };
    assert.deepEqual(failuresOf(FELT, result), ['the account is not exact']);
  });

  it('fails for a message that only another sender could have sent', () => {
    const other = { lane: 'kafka-redis', country: 'ES', kind: 'other', count: 2 } as const;
    const result = { ...EXACT, account: { ...EXACT.account, findings: [other] } };
    assert.deepEqual(failuresOf(FELT, result), ['the account has findings: kafka-redis other 2']);
  });

  it('fails for lanes that did not drain', () => {
    const result = { ...EXACT, notDrained: 'no progress for 45 s' };
    assert.deepEqual(failuresOf(FELT, result), ['the lanes did not drain: no progress for 45 s']);
  });

  it('fails when little was accepted, and when nothing was', () => {
    for (const accepted of [0, 949]) {
      const result = { ...EXACT, load: { messages: { accepted, unknown: 0 } } };
      assert.match(failuresOf(FELT, result).join(), new RegExp(`^only ${accepted} of 1000 messages`));
    }
    assert.deepEqual(failuresOf(FELT, { ...EXACT, load: { messages: { accepted: 950, unknown: 0 } } }), []);
  });

  it('fails when more messages are unknown than can have been in flight', () => {
    const unknown = (count: number) =>
      failuresOf(FELT, { ...EXACT, load: { messages: { accepted: 1_000, unknown: count } } });
    assert.deepEqual(unknown(8), []);
    assert.match(unknown(9).join(), /^9 messages got no answer; at most 8/);
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
      ['clientRetries', 'redeliveries', 'duplicates', 'storeRetries'],
    );
  });

  it('counts the faults of each kind, those felt, and the slowest recovery', () => {
    const { kinds } = judgeChaos(
      [outcome(), outcome({ recoveryMs: 9_000, bitten: false }), outcome({ action: 'stop' })],
      EXACT,
      GOALS,
    );
    assert.deepEqual(kinds, [
      { action: 'kill', target: 'valkey', times: 2, bitten: 1, slowestRecoveryMs: 9_000 },
      { action: 'stop', target: 'valkey', times: 1, bitten: 1, slowestRecoveryMs: 1_000 },
    ]);
  });
});
