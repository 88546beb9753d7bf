import { backOffMs, pause } from '@caudal/common/back-off';

/** First and maximum wait, ms. */
const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/**
 * Waits before attempt `attempt` (1, 2, …): exponential with jitter, so that consumers do not come back all at
 * once. Returns early, without error, when `stopping` aborts.
 */
export function backOff(attempt: number, stopping: AbortSignal): Promise<void> {
  return pause(backOffMs(attempt, FIRST_MS, LONGEST_MS), stopping);
}
