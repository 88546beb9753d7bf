import type { Expected, Sign } from './chaos-workload.ts';
import type { Evidence } from './evidence.ts';
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
  readonly signs: readonly Sign[];
  /** What shows that a fault was felt. */
  readonly expected: (fault: PlannedFault) => Expected;
  /** Servers and connections that can be broken. A run that broke all of them must show every sign with a summary. */
  readonly breakable: readonly string[];
  /** Faults in the plan. */
  readonly faults: number;
  readonly maxRecoveryMs: number;
}

/** The verdict on a run. */
export interface ChaosVerdict {
  readonly kinds: readonly FaultKind[];
  readonly total: Evidence;
  /** Why the run failed; empty when it passed. */
  readonly failures: readonly string[];
}

/**
 * Judges a run: an exact account of the load as planned, an effect of every fault, every recovery in time.
 * @param failuresOfLoad why the load or its account fails the run
 */
export function judgeChaos(
  outcomes: readonly FaultOutcome[],
  failuresOfLoad: readonly string[],
  goals: ChaosGoals,
): ChaosVerdict {
  const total = Object.fromEntries(
    goals.signs.map(({ name }) => [
      name,
      outcomes.reduce((sum, { evidence }) => sum + (evidence[name] ?? 0), 0),
    ]),
  );
  return {
    kinds: kindsOf(outcomes),
    total,
    failures: [...failuresOfLoad, ...failuresOfFaults(outcomes, total, goals)],
  };
}

function failuresOfFaults(
  outcomes: readonly FaultOutcome[],
  total: Evidence,
  { signs, expected, breakable, faults, maxRecoveryMs }: ChaosGoals,
): string[] {
  const failures: string[] = [];
  if (outcomes.length < faults) {
    failures.push(
      `the load ended after ${outcomes.length} of ${faults} faults: this machine takes far longer to recover than planned`,
    );
  }
  const isComplete = breakable.every((name) => outcomes.some(({ target }) => target === name));
  for (const { name, summary, mayBeHidden } of signs) {
    if (isComplete && summary !== undefined && !mayBeHidden && total[name] === 0) {
      failures.push(`no ${name} in the whole run: the faults were too weak`);
    }
  }
  for (const outcome of outcomes) {
    const { action, target, atSeconds, recoveryMs, problem, bitten } = outcome;
    const fault = `${action} ${target} at ${Math.round(atSeconds)} s`;
    if (!bitten) {
      const groups = expected(outcome).map((names) => names.join(' or '));
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
