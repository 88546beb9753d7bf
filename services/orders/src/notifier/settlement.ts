import type { LeasedMail, Settlement } from './mail-book.ts';

/** What became of a mail at the server. */
export type SendResult =
  | { readonly kind: 'sent' }
  /** The server has answered that it does not take the mail, permanently or for now. */
  | { readonly kind: 'refused'; readonly isPermanent: boolean; readonly reason: string }
  /** It was handed over, and no answer came: the server may have it. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** It was not handed over: nothing is wrong with the mail. */
  | { readonly kind: 'returned'; readonly reason: string };

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** Longest reason that is kept, characters. */
const MAX_REASON_LENGTH = 300;

/** Time before a mail that was not handed over is tried again, ms: others come first. */
const RETURNED_DELAY_MS = 500;

/** Decides what becomes of a mail after an attempt. Refusals and unknown outcomes are counted apart from each other. */
export function settlementOf(mail: LeasedMail, result: SendResult, maxAttempts: number): Settlement {
  const settle = (outcome: Settlement['outcome'], reason: string | null, delayMs = 0): Settlement => ({
    orderId: mail.orderId,
    state: mail.state,
    outcome,
    reason: reason === null ? null : plain(reason),
    delayMs,
  });
  switch (result.kind) {
    case 'sent':
      return settle('sent', null);
    case 'returned':
      return settle('returned', result.reason, RETURNED_DELAY_MS);
    case 'unknown':
      return settle('unknown', result.reason, delayMs(mail.unknownAttempts));
    case 'refused': {
      if (result.isPermanent) return settle('parked', result.reason);
      const refusals = mail.attempts - mail.unknownAttempts + 1;
      return refusals >= maxAttempts
        ? settle('parked', `${result.reason} (refused ${refusals} times)`)
        : settle('retry', result.reason, delayMs(refusals - 1));
    }
  }
}

/**
 * The settlement of a mail that is not tried any more because the outcome of its attempts was unknown too often; undefined if it
 * may be tried. Without it a server that never answers would get copies forever.
 */
export function settlementBefore(mail: LeasedMail, maxAttempts: number): Settlement | undefined {
  if (mail.unknownAttempts < maxAttempts) return undefined;
  return {
    orderId: mail.orderId,
    state: mail.state,
    outcome: 'parked',
    reason: `the outcome of ${mail.unknownAttempts} attempts is unknown`,
    delayMs: 0,
  };
}

/** 1 s, 2 s, 4 s, … up to a minute. */
function delayMs(earlierFailures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(earlierFailures, 30));
}

/** A reason as one line of printable text: a server's answer may contain anything. */
function plain(reason: string): string {
  return reason
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_LENGTH);
}
