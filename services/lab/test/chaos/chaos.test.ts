import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '@caudal/common/account';
import { describeEvidence, type Evidence, hasBitten } from '../../src/chaos/evidence.ts';
import { evidenceSince } from '../../src/chaos/evidence-collector.ts';
import { type FaultOutcome, judgeChaos } from '../../src/chaos/judge-chaos.ts';
import { createRandom, planFaults } from '../../src/chaos/plan-faults.ts';

const NOTHING: Evidence = {
  clientRetries: 0,
  redeliveries: 0,
  duplicates: 0,
  storeRetries: 0,
  late: 0,
  repliesHeldBack: 0,
};
const PLENTY: Evidence = {
  ...NOTHING,
  clientRetries: 1,
  redeliveries: 1,
  duplicates: 1,
  storeRetries: 1,
  late: 1,
};
const EXACT: Account = { rows: [], lanes: [], findings: [], exact: true };
const outcome = (more: Partial<FaultOutcome> = {}): FaultOutcome => ({
  action: 'kill',
  target: 'valkey',
  pauseMs: 0,
  awayMs: 0,
  atSeconds: 1,
  recoveryMs: 1_000,
  evidence: PLENTY,
  bitten: true,
  ...more,
});

describe('planFaults', () => {
  const plan = (seed: string) =>
    planFaults({
      seed,
      services: ['ingest-api-1'],
      servers: ['valkey', 'kafka'],
      proxied: ['valkey'],
      kills: 2,
      stops: 1,
      networkFaults: 3,
    });

  it('does each fault as often as asked for', () => {
    const faults = plan('1').map(({ action, target }) => `${action} ${target}`);
    const count = (name: string) => faults.filter((fault) => fault === name).length;
    assert.equal(faults.length, 3 * 2 + 3 + 6);
    assert.deepEqual(
      ['kill ingest-api-1', 'kill kafka', 'stop valkey', 'swallow-replies valkey', 'reset valkey'].map(count),
      [2, 2, 1, 3, 3],
    );
  });

  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(plan('1'), plan('1'));
    assert.notDeepEqual(plan('1'), plan('2'));
    const random = createRandom('x');
    const numbers = Array.from({ length: 1_000 }, random);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    assert.ok(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / 1_000 - 0.5) < 0.05);
  });
});

describe('evidence', () => {
  it('is what came on top', () => {
    const since = evidenceSince({ ...NOTHING, late: 2 }, { ...NOTHING, late: 5, duplicates: 1 });
    assert.equal(describeEvidence(since), 'duplicates refused 1, late 3');
    assert.equal(describeEvidence(NOTHING), 'nothing seen');
  });

  it('must be of the kind that the fault makes', () => {
    assert.equal(hasBitten('kill', 'kafka', { ...NOTHING, late: 9 }), false);
    assert.equal(hasBitten('kill', 'kafka', { ...NOTHING, clientRetries: 1 }), true);
    assert.equal(hasBitten('stop', 'redis', { ...NOTHING, storeRetries: 1 }), true);
    assert.equal(hasBitten('kill', 'rabbitmq-consumer-2', { ...NOTHING, redeliveries: 1 }), true);
    assert.equal(hasBitten('reset', 'valkey', { ...NOTHING, repliesHeldBack: 1 }), false);
    assert.equal(hasBitten('reset', 'valkey', { ...NOTHING, repliesHeldBack: 1, duplicates: 1 }), true);
  });
});

describe('judgeChaos', () => {
  const failuresOf = (outcomes: FaultOutcome[], planned = outcomes.length, account = EXACT) =>
    judgeChaos(outcomes, planned, account, 15_000).failures;

  it('passes a run that is exact, felt and recovered', () => {
    assert.deepEqual(failuresOf([outcome(), outcome({ bitten: false })]), []);
  });

  it('fails for a wrong account, a fault never felt, a slow recovery, and faults not reached', () => {
    assert.match(failuresOf([outcome()], 1, { ...EXACT, exact: false }).join(), /not exact/);
    assert.match(failuresOf([outcome({ bitten: false })]).join(), /kill valkey was never felt.*storeRetries/);
    assert.match(failuresOf([outcome({ recoveryMs: 15_001 })]).join(), /not recovered after 15.0 s/);
    assert.match(failuresOf([outcome({ problem: 'kafka is away' })]).join(), /kafka is away/);
    assert.match(failuresOf([outcome()], 2).join(), /after 1 of 2 faults/);
    assert.match(failuresOf([outcome({ evidence: NOTHING })]).join(), /no clientRetries in the whole run/);
  });
});
