import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.ts';

/** Knows callers by their API key. */
export interface ApiKeys {
  /**
   * An opaque name of the caller; empty when no key is configured and everyone may call.
   * @throws ProblemError `unauthorized`.
   */
  authenticate(request: IncomingMessage): string;
  /** The same without throwing: undefined for a caller who must not call. */
  identify(request: IncomingMessage): string | undefined;
}

const BEARER = /^Bearer +(\S+)$/i;

/** Accepts these keys, in `X-API-Key` or as a bearer token; every request when there is none. */
export function createApiKeys(keys: readonly string[]): ApiKeys {
  const digests = keys.map(digest);
  const names = digests.map((known) => known.toString('base64url'));
  const identify = (request: IncomingMessage): string | undefined => {
    if (digests.length === 0) return '';
    const given = keyOf(request);
    if (given === undefined) return undefined;
    const candidate = digest(given);
    // All are compared, each in constant time: how long it takes says nothing about any key.
    let found: string | undefined;
    digests.forEach((known, index) => {
      if (timingSafeEqual(known, candidate)) found = names[index];
    });
    return found;
  };
  return {
    identify,
    authenticate(request) {
      const caller = identify(request);
      if (caller !== undefined) return caller;
      throw new ProblemError(
        'unauthorized',
        'Send a valid API key in the X-API-Key header, or as Authorization: Bearer <key>.',
        { headers: { 'WWW-Authenticate': 'Bearer' } },
      );
    },
  };
}

function keyOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-api-key'];
  if (typeof header === 'string') return header;
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
