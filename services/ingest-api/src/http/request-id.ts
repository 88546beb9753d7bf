import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SANE = /^[\w.:+/=-]{1,128}$/;

/** Gives each request the id that its answer and its log line carry. */
export type RequestIds = (request: IncomingMessage) => string;

/** Takes over the client's `X-Request-Id` where it is harmless, else makes one: a random prefix and a counter. */
export function createRequestIds(): RequestIds {
  const prefix = randomBytes(6).toString('hex');
  let next = 0;
  return (request) => {
    const given = request.headers['x-request-id'];
    if (typeof given === 'string' && SANE.test(given)) return given;
    next += 1;
    return `${prefix}-${next.toString(36)}`;
  };
}
