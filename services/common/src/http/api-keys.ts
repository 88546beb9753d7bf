import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Identifies callers by API key. */
export interface ApiKeys {
  /**
   * Returns an opaque name of the caller; empty when no keys are configured.
   * @throws ProblemError `unauthorized`.
   */
  authenticate(request: IncomingMessage): string;
  /** Same without throwing: undefined for an unauthorized caller. */
  identify(request: IncomingMessage): string | undefined;
}

const BEARER = /^Bearer +(\S+)$/i;

/** Accepts these keys in `X-API-Key` or as a bearer token; accepts every request without keys. */
export function createApiKeys(keys: readonly string[]): ApiKeys {
  const digests = keys.map(digest);
  const names = digests.map((known) => known.toString('base64url'));
  const identify = (request: IncomingMessage): string | undefined => {
    if (digests.length === 0) return '';
    const given = keyOf(request);
    if (given === undefined) return undefined;
    const candidate = digest(given);
    // Compare with all keys in constant time: the duration reveals nothing about a key.
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
        PROBLEMS.unauthorized,
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
