import type { Logger } from '@caudal/common/logging';
import { Loop } from '../loop.ts';
import type { MailBook } from './mail-book.ts';
import type { MailMetrics } from './metrics.ts';

/** Shortest time between two reads of figures, ms. */
const FIGURES_MS = 1_000;
/** Reading figures takes at most this part of the time: many mails take longer to count. */
const FIGURES_SHARE = 1 / 20;
/** Time between two deletions, ms. */
const EXPIRY_MS = 60_000;

/** Creates the loops that read figures into metrics, and delete mails that are no longer kept. */
export function createHousekeeping(options: {
  readonly book: Pick<MailBook, 'figures' | 'expire'>;
  readonly metrics: Pick<MailMetrics, 'figures' | 'retried'>;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
}): readonly Loop[] {
  const { book, metrics, logger, onFatal } = options;
  const onRetry = (error: unknown): void => metrics.retried(error);
  return [
    new Loop({
      name: 'figures',
      logger,
      onFatal,
      onRetry,
      async step() {
        const startedAt = performance.now();
        metrics.figures(await book.figures());
        return Math.max(FIGURES_MS, (performance.now() - startedAt) / FIGURES_SHARE);
      },
    }),
    new Loop({
      name: 'expiry',
      logger,
      onFatal,
      onRetry,
      step: async () => ((await book.expire()) ? 0 : EXPIRY_MS),
    }),
  ];
}
