import type { Finding } from './finding.ts';

/** Promises of a system compared with the evidence. */
export interface Verdict {
  /** Operations whose answer committed the system to something. */
  readonly promises: number;
  /** Promises that the evidence shows kept. */
  readonly kept: number;
  /** Operations without a last word: they may have been carried out or not. */
  readonly unknown: number;
  readonly findings: readonly Finding[];
  /** Something was promised and there is no finding, so all of it was kept. */
  readonly exact: boolean;
}

/**
 * Pronounces the verdict on what a judge has counted and found.
 *
 * @throws RangeError if the judge contradicts itself: a figure that is no count, more kept than promised, or a promise that
 * is not kept although nothing was found
 */
export function verdictOf(judged: Omit<Verdict, 'exact'>): Verdict {
  const { promises, kept, unknown, findings } = judged;
  for (const [name, figure] of Object.entries({ promises, kept, unknown })) {
    if (!Number.isSafeInteger(figure) || figure < 0)
      throw new RangeError(`${name} is ${figure}, not a count`);
  }
  if (kept > promises) throw new RangeError(`${kept} promises kept, but only ${promises} made`);
  if (kept < promises && findings.length === 0) {
    throw new RangeError(`${promises - kept} of ${promises} promises are not kept, but nothing was found`);
  }
  return {
    promises,
    kept,
    unknown,
    findings,
    exact: promises > 0 && findings.length === 0,
  };
}
