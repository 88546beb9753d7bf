import { backOffMs, pause } from '@caudal/common/back-off';
import { AppError, isRetriable } from '@caudal/common/errors';
import { counter, METRICS, type Registry } from '@caudal/common/metrics';

/** First and maximum wait between two attempts, ms. */
const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/**
 * Runs work until it succeeds. Only for work that may be repeated: the outcome of a failed attempt is unknown.
 *
 * @param work is given the number of the attempt, from 1
 * @throws what cannot be retried; AppError `STOPPING` if it gave up because `stopping` was aborted
 */
export type Persist = <T>(stopping: AbortSignal, work: (attempt: number) => Promise<T>) => Promise<T>;

/** Creates a {@link Persist}; `onRetry` is called before each further attempt, with the error of the last one. */
export function createPersist(onRetry: (error: unknown) => void): Persist {
  return async (stopping, work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(attempt);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (stopping.aborted)
          throw new AppError('STOPPING', 'stopping while the database is away', { cause: error });
        onRetry(error);
        await pause(backOffMs(attempt, FIRST_MS, LONGEST_MS), stopping);
      }
    }
  };
}

/** Creates a listener that counts the retries of a service, `processor`, that are due to the database and to nothing else. */
export function countDatabaseRetries(registry: Registry, service: string): (error: unknown) => void {
  const retries = counter(registry, METRICS.orderDatabaseRetries).labels(service);
  retries.inc(0);
  return (error) => {
    if (error instanceof AppError && error.code === 'STORE_UNAVAILABLE') retries.inc();
  };
}
