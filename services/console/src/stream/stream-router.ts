import { errorMessage } from '@caudal/common/errors';
import { openEventStream, ProblemError } from '@caudal/common/http';
import { type RequestHandler, Router } from 'express';
import { PROBLEMS } from '../http/problems.ts';
import type { Prometheus } from './prometheus.ts';
import { prometheusHistory } from './prometheus-history.ts';
import type { StreamHub } from './stream-hub.ts';

/** What the page's state comes from. */
export interface StreamAccess {
  readonly hub: StreamHub;
  readonly prometheus: Prometheus | undefined;
  readonly lanes: readonly string[];
}

const DEFAULT_MINUTES = 5;
const MAX_MINUTES = 24 * 60;
const RETRY_FULL_SECONDS = 10;

/** Handles what the page shows: `/api/stream`, `/api/history`, `/api/consumers`. */
export function streamRouter({ hub, prometheus, lanes }: StreamAccess, refuse: RequestHandler): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/api/stream')
    .get(async (request, response) => {
      if (hub.isFull) {
        throw new ProblemError(PROBLEMS['too-many-clients'], 'Too many pages are open.', {
          retryAfterSeconds: RETRY_FULL_SECONDS,
        });
      }
      const stream = openEventStream(request, response);
      if (stream) await hub.attach(stream, request.get('Last-Event-ID'));
    })
    .all(refuse);
  router
    .route('/api/history')
    .get(async (request, response) => {
      const minutes = readMinutes(request.query.minutes);
      if (prometheus === undefined) {
        response.json(hub.history);
        return;
      }
      try {
        response.json(await prometheusHistory(prometheus, lanes, minutes, Date.now()));
      } catch (error) {
        throw new ProblemError(PROBLEMS['prometheus-unavailable'], errorMessage(error), {
          retryAfterSeconds: 2,
        });
      }
    })
    .all(refuse);
  router
    .route('/api/consumers')
    .get(async (_request, response) => {
      const { consumers, partitions, ingest } = await hub.state();
      response.json({
        consumers: Object.values(consumers),
        partitions,
        ...(ingest.accepted === undefined && { note: ingest.note }),
      });
    })
    .all(refuse);
  return router;
}

function readMinutes(given: unknown): number {
  if (given === undefined) return DEFAULT_MINUTES;
  const minutes = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (minutes >= 1 && minutes <= MAX_MINUTES) return minutes;
  throw new ProblemError(PROBLEMS['bad-request'], `minutes: must be a whole number from 1 to ${MAX_MINUTES}`);
}
