import type { RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { ApiKeys } from './api-keys.ts';
import { BoundedRateStore } from './bounded-rate-store.ts';
import { ProblemError } from './problem.ts';

const WINDOW_MS = 1_000;
const MAX_CALLERS = 10_000;

/**
 * Limits each caller's requests per second: by valid API key, otherwise by address (IPv6 by network).
 * Above the limit the request ends with `too-many-requests` before its body is read.
 */
export function createRateLimit(options: {
  readonly rateLimitPerSecond: number;
  readonly apiKeys: ApiKeys;
}): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: options.rateLimitPerSecond,
    standardHeaders: false,
    legacyHeaders: false,
    store: new BoundedRateStore(WINDOW_MS, MAX_CALLERS),
    // Disable its checks: they warn about headers that any client may send.
    validate: false,
    keyGenerator: (request) => options.apiKeys.identify(request) || ipKeyGenerator(request.ip ?? ''),
    handler: (_request, _response, next) => {
      next(
        new ProblemError(
          'too-many-requests',
          `At most ${options.rateLimitPerSecond} requests per second. Retry later, or send more messages per request.`,
          { retryAfterSeconds: WINDOW_MS / 1_000 },
        ),
      );
    },
  });
}
