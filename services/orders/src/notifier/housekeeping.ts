import { pause } from '@caudal/common/back-off';
import { errorMessage, isRetriable } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { MailBook } from './mail-book.ts';
import type { MailMetrics } from './metrics.ts';

const FIGURES_MS = 5_000;
const RETENTION_MS = 60_000;

/** Reads the figures of the database and deletes what is old, until `stopping` aborts; an outage of the database is waited out. */
export async function keepHouse(options: {
  readonly book: Pick<MailBook, 'figures' | 'expire'>;
  readonly metrics: Pick<MailMetrics, 'figures'>;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}): Promise<void> {
  const { book, metrics, logger, stopping } = options;
  const every = async (intervalMs: number, work: () => Promise<void>): Promise<void> => {
    while (!stopping.aborted) {
      try {
        await work();
      } catch (error) {
        if (!isRetriable(error)) throw error;
        logger.debug({ reason: errorMessage(error) }, 'database is away');
      }
      await pause(intervalMs, stopping);
    }
  };
  await Promise.all([
    every(FIGURES_MS, async () => metrics.figures(await book.figures())),
    every(RETENTION_MS, async () => {
      while (!stopping.aborted && (await book.expire()));
    }),
  ]);
}
