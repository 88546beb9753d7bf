import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';
import { countDatabaseRetries } from '../database/persist.ts';
import type { MailFigures, Outcome } from './mail-book.ts';

/** Metrics of the notifier. */
export interface MailMetrics {
  /** Counts an attempt; `happenedAt` is when the order reached the state, ms since the epoch. */
  attempted(outcome: Outcome, happenedAt: number): void;
  figures(figures: MailFigures): void;
  /** Counts work that is tried again, if it failed because of the database. */
  retried(error: unknown): void;
}

/** Label of each outcome; a mail that was not handed over was not attempted. */
const LABELS: Readonly<Record<Outcome, string | undefined>> = {
  sent: 'sent',
  retry: 'refused',
  parked: 'parked',
  unknown: 'unknown',
  returned: undefined,
};

/** Registers the notifier's metrics; `isUp` is read at each scrape. */
export function createMailMetrics(registry: Registry, isUp: () => boolean): MailMetrics {
  const mails = counter(registry, METRICS.mails);
  const seconds = histogram(registry, METRICS.mailSeconds, LATENCY_BUCKETS_SECONDS);
  const byStatus = gauge(registry, METRICS.mailsByStatus);
  const oldestDue = gauge(registry, METRICS.mailOldestDueSeconds);
  gauge(registry, METRICS.mailServerUp, (self) => self.set(isUp() ? 1 : 0));
  for (const outcome of Object.values(LABELS)) if (outcome !== undefined) mails.inc({ outcome }, 0);
  return {
    attempted(outcome, happenedAt) {
      const label = LABELS[outcome];
      if (label !== undefined) mails.inc({ outcome: label });
      if (outcome === 'sent') seconds.observe(Math.max(0, Date.now() - happenedAt) / 1_000);
    },
    figures(figures) {
      for (const [status, n] of Object.entries(figures.byStatus)) byStatus.set({ status }, n);
      oldestDue.set(figures.oldestDueSeconds);
    },
    retried: countDatabaseRetries(registry, 'notifier'),
  };
}
