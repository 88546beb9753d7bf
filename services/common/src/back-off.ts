import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, isRetriable } from './errors.ts';
import type { Logger } from './logging.ts';

const BASE_MS = 100;
const CAP_MS = 2_000;

/**
 * Milliseconds to wait before try number `attempt` (1 is the first retry): doubles from `baseMs` up to `capMs`,
 * half of it random, so that many clients do not come back in step.
 */
export function backOffMs(attempt: number, baseMs = BASE_MS, capMs = CAP_MS): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling / 2 + (Math.random() * ceiling) / 2);
}

/** Waits; returns early, without error, when `stopping` aborts. */
export async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
}

/**
 * Calls `connect` until it succeeds: a service may come up before its brokers. Only retriable errors are
 * retried; anything else, a wrong topology for instance, is thrown at once.
 *
 * @throws the last error when `stopping` is aborted meanwhile.
 */
export async function untilConnected(
  connect: () => Promise<void>,
  options: { readonly name: string; readonly logger: Logger; readonly stopping: AbortSignal },
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect();
    } catch (error) {
      if (!isRetriable(error) || options.stopping.aborted) throw error;
      const waitMs = backOffMs(attempt);
      options.logger.warn(
        { attempt, waitMs },
        `${options.name} is not available yet: ${errorMessage(error)}`,
      );
      await pause(waitMs, options.stopping);
      if (options.stopping.aborted) throw error;
    }
  }
}
