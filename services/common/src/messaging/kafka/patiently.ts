import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from '../../back-off.ts';
import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';

/**
 * Retries until an attempt succeeds or the result is no longer wanted.
 *
 * @returns undefined if it was no longer wanted.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  options: { readonly isWanted: () => boolean; readonly logger: Logger; readonly complaint: string },
): Promise<T | undefined> {
  for (let attempt = 1; options.isWanted(); attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!options.isWanted()) return undefined;
      options.logger.warn({ attempt }, `${options.complaint}: ${errorMessage(error)}`);
      await sleep(backOffMs(attempt));
    }
  }
  return undefined;
}
