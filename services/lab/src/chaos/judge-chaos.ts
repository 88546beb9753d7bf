import type { Account } from '@caudal/common/account';
import { EVIDENCE_NAMES, type Evidence, expectedEvidence } from './evidence.ts';
import type { FaultAction, PlannedFault } from './plan-faults.ts';

/** A fault that was done, and what came of it. */
export interface FaultOutcome extends PlannedFault {
  readonly atSeconds: number;
  readonly recoveryMs: number;
  /** Why it did not recover in time. */
  readonly problem?: string;
  readonly evidence: Evidence;
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

/** The verdict on a run. */
export interface ChaosVerdict {
  readonly kinds: readonly FaultKind[];
  readonly total: Evidence;
  /** Why the run failed; empty when it passed. */
  readonly failures: readonly string[];
}

/** Judges a run: exact, every kind of fault felt at least once, every recovery in time. */
export function judgeChaos(
  outcomes: readonly FaultOutcome[],
  planned: number,
  account: Account,
  maxRecoveryMs: number,
): ChaosVerdict {
  const kinds = kindsOf(outcomes);
  const total = Object.fromEntries(
    EVIDENCE_NAMES.map((name) => [name, outcomes.reduce((sum, { evidence }) => sum + evidence[name], 0)]),
  ) as Record<keyof Evidence, number>;
  const failures: string[] = [];
  if (!account.exact) failures.push('the account is not exact');
  if (outcomes.length < planned) {
    failures.push(
      `the load ended after ${outcomes.length} of ${planned} faults: give --pace 2 on a slow machine`,
    );
  }
  for (const { action, target, bitten } of kinds) {
    if (bitten > 0) continue;
    failures.push(
      `${action} ${target} was never felt (expected: ${expectedEvidence(action, target).join(' or ')})`,
    );
  }
  for (const name of ['clientRetries', 'redeliveries', 'duplicates', 'storeRetries'] as const) {
    if (total[name] === 0) failures.push(`no ${name} in the whole run: the faults were not hard enough`);
  }
  for (const { action, target, recoveryMs, problem } of outcomes) {
    if (problem !== undefined || recoveryMs > maxRecoveryMs) {
      const seconds = (recoveryMs / 1_000).toFixed(1);
      failures.push(
        `${action} ${target}: not recovered after ${seconds} s${problem === undefined ? '' : ` (${problem})`}`,
      );
    }
  }
  return { kinds, total, failures };
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
