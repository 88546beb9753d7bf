import { setTimeout as delay } from 'node:timers/promises';

/** First and maximum wait, ms. */
const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/**
 * Waits before attempt `attempt` (1, 2, …): exponential with jitter, so that consumers do not come back all at
 * once. Returns early, without error, when `stopping` aborts.
 */
export async function backOff(attempt: number, stopping: AbortSignal): Promise<void> {
  const longestMs = Math.min(FIRST_MS * 2 ** (attempt - 1), LONGEST_MS);
  await delay(longestMs * (0.5 + Math.random() / 2), undefined, { signal: stopping }).catch(() => undefined);
}
