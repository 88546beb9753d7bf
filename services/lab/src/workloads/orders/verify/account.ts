import type { Finding } from '@caudal/common/verdict';

/** Time of something that happens often, ms; null where it never did. */
export interface Spread {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** What a load was promised, held against what is there; small, whatever the load. */
export interface OrdersAccount {
  readonly accepted: number;
  readonly refused: number;
  /** Orders without a last word. */
  readonly unknown: number;
  /** Of those, how many are there. */
  readonly unknownThere: number;
  readonly cancelled: number;
  /** Accepted orders that are as promised in every respect. */
  readonly kept: number;
  readonly finished: number;
  readonly transitions: number;
  readonly announcements: number;
  /** Distinct mails, and what came of them again. */
  readonly mails: number;
  readonly copies: number;
  /** Attempts to send a mail whose outcome is unknown. */
  readonly unknownAttempts: number;
  readonly parked: number;
  /** How much longer than the step states lasted. */
  readonly lateness: Spread;
  /** From a state to the arrival of its mail. */
  readonly mailDelay: Spread;
  /** From the first order's first state to the last state of all, seconds; null without orders. */
  readonly spanSeconds: number | null;
  readonly findings: readonly Finding[];
}

/** Reads the spread of some times. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number | null => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    return value === undefined ? null : Math.round(value * 10) / 10;
  };
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
