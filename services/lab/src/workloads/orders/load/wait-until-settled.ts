import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { Progress } from '../verify/witness/read-database.ts';

/** Conditions and limits of the wait. */
export interface SettleOptions {
  /** Reads how far the shop is. */
  readonly read: () => Promise<Progress>;
  /** Orders that must be there. */
  readonly accepted: number;
  /** Stops waiting after this time without progress, ms: longer than a state lasts. */
  readonly stalledAfterMs: number;
  /** Required time without changes, ms: orders of unknown outcome may still come. Default 1,000. */
  readonly stillForMs?: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly pollMs?: number;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
}

/**
 * Waits until every accepted order has reached its last state, every state was announced, and every mail was sent or refused permanently.
 * @returns why it ended without that; undefined when everything is settled
 * @throws ExpectedError when it is interrupted
 */
export async function waitUntilSettled(options: SettleOptions): Promise<string | undefined> {
  const { stalledAfterMs, stillForMs = 1_000, signal, nowMs = () => performance.now() } = options;
  let last = '';
  let stillSince = nowMs();
  for (;;) {
    if (signal?.aborted) throw new ExpectedError('interrupted before everything was settled');
    const progress = await options.read().catch((error: unknown) => errorMessage(error));
    if (typeof progress !== 'string') options.onProgress?.(progress);
    const state = JSON.stringify(progress);
    const now = nowMs();
    if (state !== last) stillSince = now;
    last = state;
    const waitsFor = typeof progress === 'string' ? progress : unsettled(progress, options.accepted);
    if (waitsFor === undefined && now - stillSince >= stillForMs) return undefined;
    if (waitsFor !== undefined && now - stillSince >= stalledAfterMs)
      return `no progress for ${Math.round(stalledAfterMs / 1_000)} s: ${waitsFor}`;
    await sleep(options.pollMs ?? 200);
  }
}

/** What is waited for; undefined when everything is settled. */
export function unsettled(
  { orders, due, transitions, outbox, mails }: Progress,
  accepted: number,
): string | undefined {
  if (orders < accepted) return `${accepted - orders} orders are not taken in`;
  if (due > 0) return `${due} orders are on their way`;
  if (outbox > 0) return `${outbox} states are not announced`;
  const known = Object.values(mails).reduce((sum, count) => sum + count, 0);
  if (known < transitions) return `${transitions - known} states have no mail yet`;
  const { waiting = 0 } = mails;
  return waiting > 0 ? `${waiting} mails are not sent` : undefined;
}
