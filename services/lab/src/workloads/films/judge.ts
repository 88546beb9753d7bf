import { type Finding, finding, type Verdict, verdictOf } from '@caudal/common/verdict';
import type { FilmReads, FilmsAccount } from './verify/account.ts';

/** What a measured load of questions is judged by. */
export interface Judged {
  readonly account: FilmsAccount;
  readonly reads: FilmReads;
  /** Replicas that each have to answer their share; empty where that is not judged, such as under faults. */
  readonly sharing: readonly string[];
}

/** Largest share of the questions that may fail at first and be saved by a client that asks once more. */
export const RETRY_BUDGET = 0.001;
/** Least share of all reads that each replica answers. */
export const LEAST_SHARE = 0.2;

/**
 * Pronounces the verdict: every question is a promise, kept when its answer is what the file of the films says. Besides, clients may have
 * had to ask again a thousandth of the time, and no replica stands idle.
 */
export function judge({ account, reads, sharing }: Judged): Verdict {
  return verdictOf({
    promises: account.asked,
    kept: account.right,
    unknown: 0,
    findings: [...account.findings, ...overBudget(account), ...idleReplicas(reads, sharing)],
  });
}

function overBudget({ asked, savedByRetry }: FilmsAccount): readonly Finding[] {
  const most = Math.floor(asked * RETRY_BUDGET);
  if (savedByRetry <= most) return [];
  return [finding('over-budget', 'requests', `failed at first, of at most ${most}`, { count: savedByRetry })];
}

function idleReplicas({ byServer }: FilmReads, sharing: readonly string[]): readonly Finding[] {
  const all = Object.values(byServer).reduce((sum, reads) => sum + reads, 0);
  return sharing.flatMap((server) => {
    const reads = byServer[server] ?? 0;
    const least = Math.ceil(all * LEAST_SHARE);
    if (all > 0 && reads >= least) return [];
    return [
      finding('unused', server, `answered ${reads} of ${all} reads, of at least ${least}`, { count: 1 }),
    ];
  });
}
