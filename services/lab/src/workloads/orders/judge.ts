import { finding, type Verdict, verdictOf } from '@caudal/common/verdict';
import type { OrdersAccount } from './verify/account.ts';

/** What a measured load of orders is judged by. */
export interface Judged {
  readonly account: OrdersAccount;
  /** Why waiting for the shop ended early; absent when everything was settled. */
  readonly notSettled?: string;
}

/**
 * Pronounces the verdict: every accepted order is a promise, kept when each of its states was reached once, in order and not too
 * early, was announced, and led to one mail. Orders that were read before they had settled prove nothing.
 */
export function judge({ account, notSettled }: Judged): Verdict {
  return verdictOf({
    promises: account.accepted,
    kept: account.kept,
    unknown: account.unknown,
    findings: [
      ...account.findings,
      ...(notSettled === undefined
        ? []
        : [finding('stale', 'the shop', `not settled: ${notSettled}`, { count: 1 })]),
    ],
  });
}
