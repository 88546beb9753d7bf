import type { ChaosLoad } from './chaos-workload.ts';

/** Time for a request under chaos, seconds, after which it is sent again. */
export const REQUEST_TIMEOUT_SECONDS = 4;

/** Variables of a load under chaos, for any scenario at a constant rate: its client retries, and the account decides. */
export function loadVariables({
  rate,
  maxSeconds,
  seed,
}: Pick<ChaosLoad, 'rate' | 'maxSeconds' | 'seed'>): Readonly<Record<string, string>> {
  const most = String(rate * maxSeconds);
  return {
    RATE: String(rate),
    DURATION: `${maxSeconds}s`,
    // Number of requests that wait when nothing is answered for 30 s.
    USERS: String(Math.max(50, rate * 30)),
    SEED: seed,
    REQUEST_TIMEOUT: `${REQUEST_TIMEOUT_SECONDS}s`,
    RETRY_FOR_SECONDS: '300',
    // Faults make requests slow on purpose.
    P95_MS: '600000',
    P99_MS: '600000',
    MAX_UNKNOWN: most,
    MAX_DROPPED: most,
  };
}
