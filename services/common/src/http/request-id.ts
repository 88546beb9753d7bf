import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SANE = /^[\w.:+/=-]{1,128}$/;

/** Assigns the request ID used in response and log. */
export type RequestIds = (request: IncomingMessage) => string;

/** Uses the client's `X-Request-Id` if it is safe, otherwise creates one: a random prefix and a counter. */
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
