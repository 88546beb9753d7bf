import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemError } from './problem.ts';
import type { RequestIds } from './request-id.ts';

/** Writes responses. */
export interface Responder {
  /** Responds with 202 and a small document of ASCII characters. */
  accepted(
    request: IncomingMessage,
    response: ServerResponse,
    document: string,
    options?: AcceptedOptions,
  ): void;
  /** Responds with a problem document; returns the request ID for the log. */
  problem(request: IncomingMessage, response: ServerResponse, problem: ProblemError): string;
}

/** Optional parts of a response with 202. */
export interface AcceptedOptions {
  /** Default: JSON. */
  readonly contentType?: string;
  /** Where what was accepted can be seen. */
  readonly location?: string;
}

/** Largest unread body that is discarded to keep the connection usable, bytes. */
const MAX_DROPPED_BYTES = 64 * 1_024;
/** Limits for discarding a larger body after the response: closing immediately would reset the connection, and the client would lose the response. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 16 * 2 ** 20;

/**
 * @param closing aborted when connections must close after their next response. A kept-alive connection still serves
 * requests after the server has closed, so each response has to announce it.
 */
export function createResponder(requestIds: RequestIds, closing: AbortSignal): Responder {
  return {
    accepted(request, response, document, { contentType, location } = {}) {
      // A flat header list and one string: Node sends head and body with a single write.
      const headers = [
        'Content-Type',
        contentType ?? 'application/json; charset=utf-8',
        'Content-Length',
        String(document.length),
        'Cache-Control',
        'no-store',
        'X-Content-Type-Options',
        'nosniff',
        'X-Request-Id',
        requestIds(request),
      ];
      if (location !== undefined) headers.push('Location', location);
      if (closing.aborted) headers.push('Connection', 'close');
      response.writeHead(202, headers);
      response.end(document);
    },
    problem(request, response, problem) {
      const requestId = requestIds(request);
      const body = Buffer.from(problem.toDocument());
      const unread = hasLargeUnreadBody(request);
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.writeHead(problem.status, {
        'Content-Type': 'application/problem+json; charset=utf-8',
        'Content-Length': body.length,
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
        'X-Request-Id': requestId,
        ...problem.headers,
        ...((closing.aborted || unread) && { Connection: 'close' }),
      });
      if (request.method === 'HEAD') response.end();
      else if (unread) lingerAndEnd(request, response, body);
      else response.end(body);
      return requestId;
    },
  };
}

function hasLargeUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  if (request.headers['transfer-encoding'] !== undefined) return true;
  return Number(request.headers['content-length'] ?? 0) > MAX_DROPPED_BYTES;
}

function lingerAndEnd(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  let dropped = 0;
  const end = (): void => {
    clearTimeout(timer);
    request.off('data', onData).off('end', end).off('close', end);
    response.end();
  };
  const onData = (chunk: Buffer): void => {
    dropped += chunk.length;
    if (dropped > LINGER_BYTES) end();
  };
  const timer = setTimeout(end, LINGER_MS);
  response.write(body);
  request.on('data', onData).on('end', end).on('close', end);
}
