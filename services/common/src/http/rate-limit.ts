import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { BoundedRateStore } from './bounded-rate-store.ts';

const WINDOW_MS = 1_000;
const MAX_CALLERS = 10_000;

/** Settings of {@link createRateLimit}. */
export interface RateLimitOptions {
  readonly perSecond: number;
  /** Name of an identified caller; undefined or empty: the caller is known by its address (IPv6 by network). */
  readonly callerOf: (request: Request) => string | undefined;
  /** The error of a request above the limit. */
  readonly refusal: (retryAfterSeconds: number) => Error;
}

/** Limits each caller's requests per second. Above the limit the request ends with an error before its body is read. */
export function createRateLimit({ perSecond, callerOf, refusal }: RateLimitOptions): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: perSecond,
    standardHeaders: false,
    legacyHeaders: false,
    store: new BoundedRateStore(WINDOW_MS, MAX_CALLERS),
    // Disable its checks: they warn about headers that any client may send.
    validate: false,
    keyGenerator: (request) => callerOf(request) || ipKeyGenerator(request.ip ?? ''),
    handler: (_request, _response, next) => next(refusal(WINDOW_MS / 1_000)),
  });
}
