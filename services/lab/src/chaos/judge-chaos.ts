import type { LoadResult } from '../load/measure-load.ts';
import { EVIDENCE_NAMES, type Evidence, expectedEvidence } from './evidence.ts';
import type { FaultAction, PlannedFault } from './plan-faults.ts';

/** An injected fault and its effect. */
export interface FaultOutcome extends PlannedFault {
  readonly atSeconds: number;
  readonly recoveryMs: number;
  /** Why it did not recover in time. */
  readonly problem?: string;
  readonly evidence: Evidence;
  /** Whether the evidence shows an effect of this fault. */
  readonly bitten: boolean;
}

/** All faults of one action on one target. */
export interface FaultKind {
  readonly action: FaultAction;
  readonly target: string;
  readonly times: number;
  readonly bitten: number;
  readonly slowestRecoveryMs: number;
}

/** Expected outcome of a run. */
export interface ChaosGoals {
  /** Faults in the plan. */
  readonly faults: number;
  /** Messages the load had to post. */
  readonly messages: number;
  /** Maximum messages without an answer: those of requests in flight when the load ended. */
  readonly maxUnknown: number;
  readonly maxRecoveryMs: number;
}

/** The verdict on a run. */
export interface ChaosVerdict {
  readonly kinds: readonly FaultKind[];
  readonly total: Evidence;
  /** Why the run failed; empty when it passed. */
  readonly failures: readonly string[];
}

/** Required share of accepted messages: a run whose load was mostly dropped proves nothing. */
const MIN_ACCEPTED_SHARE = 0.95;

/** Judges a run: load as planned, exact account, an effect of every fault, every recovery in time. */
export function judgeChaos(
  outcomes: readonly FaultOutcome[],
  result: Pick<LoadResult, 'account' | 'notDrained'> & {
    readonly load: { readonly messages: { readonly accepted: number; readonly unknown: number } };
  },
  goals: ChaosGoals,
): ChaosVerdict {
  const total = Object.fromEntries(
    EVIDENCE_NAMES.map((name) => [name, outcomes.reduce((sum, { evidence }) => sum + evidence[name], 0)]),
  ) as Record<keyof Evidence, number>;
  return {
    kinds: kindsOf(outcomes),
    total,
    failures: [...failuresOfLoad(result, goals), ...failuresOfFaults(outcomes, total, goals)],
  };
}

function failuresOfLoad(
  { account, notDrained, load }: Parameters<typeof judgeChaos>[1],
  { messages, maxUnknown }: ChaosGoals,
): string[] {
  const failures: string[] = [];
  const { accepted, unknown } = load.messages;
  if (!account.exact) failures.push('the account is not exact');
  // There is no other sender, so a message of "another sender" is from this run, stored under a second identity.
  else if (account.findings.length > 0) {
    const found = account.findings.map(({ lane, kind, count }) => `${lane} ${kind} ${count}`);
    failures.push(`the account has findings: ${found.join(', ')}`);
  }
  if (notDrained !== undefined) failures.push(`the lanes did not drain: ${notDrained}`);
  if (accepted < messages * MIN_ACCEPTED_SHARE) {
    failures.push(
      `only ${accepted} of ${messages} messages were accepted: set --pace 2 on a slow machine, or fewer --messages`,
    );
  }
  if (unknown > maxUnknown) {
    failures.push(
      `${unknown} messages got no answer; at most ${maxUnknown} can have been in flight at the end`,
    );
  }
  return failures;
}

function failuresOfFaults(
  outcomes: readonly FaultOutcome[],
  total: Evidence,
  { faults, maxRecoveryMs }: ChaosGoals,
): string[] {
  const failures: string[] = [];
  if (outcomes.length < faults) {
    failures.push(
      `the load ended after ${outcomes.length} of ${faults} faults: set --pace 2 on a slow machine`,
    );
  }
  for (const name of ['clientRetries', 'redeliveries', 'duplicates', 'storeRetries'] as const) {
    if (total[name] === 0) failures.push(`no ${name} in the whole run: the faults were too weak`);
  }
  for (const { action, target, atSeconds, recoveryMs, problem, bitten } of outcomes) {
    const fault = `${action} ${target} at ${Math.round(atSeconds)} s`;
    if (!bitten) {
      const groups = expectedEvidence(action, target).map((names) => names.join(' or '));
      failures.push(`${fault} had no effect (expected ${groups.join(' and ')})`);
    }
    if (problem !== undefined || recoveryMs > maxRecoveryMs) {
      const seconds = (recoveryMs / 1_000).toFixed(1);
      failures.push(
        `${fault}: not recovered after ${seconds} s${problem === undefined ? '' : ` (${problem})`}`,
      );
    }
  }
  return failures;
}

function kindsOf(outcomes: readonly FaultOutcome[]): FaultKind[] {
  const kinds = new Map<string, FaultKind>();
  for (const { action, target, bitten, recoveryMs } of outcomes) {
    const key = `${target} ${action}`;
    const kind = kinds.get(key) ?? { action, target, times: 0, bitten: 0, slowestRecoveryMs: 0 };
    kinds.set(key, {
      ...kind,
      times: kind.times + 1,
      bitten: kind.bitten + (bitten ? 1 : 0),
      slowestRecoveryMs: Math.max(kind.slowestRecoveryMs, recoveryMs),
    });
  }
  return [...kinds].sort(([left], [right]) => left.localeCompare(right)).map(([, kind]) => kind);
}
