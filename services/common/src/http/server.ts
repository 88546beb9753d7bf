import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen.ts';
import { defineProblems, ProblemError, type ProblemType } from './problem.ts';

/** Limits of a server that is open to strangers. */
export interface HttpServerLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** Largest body for which `Expect: 100-continue` gets a 100 response, bytes. */
  readonly maxBodyBytes: number;
  /** Called with the status of each malformed HTTP request. */
  readonly onProtocolError: (status: number) => void;
}

/** Time limits of {@link HttpServer.close}. */
export interface CloseOptions {
  /** Time for kept-alive connections to receive `Connection: close` with a response, ms. Default: 0. */
  readonly goodbyeMs?: number;
  /** Time after which unanswered requests lose their connection, ms. Default: never. */
  readonly deadlineMs?: number;
}

/** HTTP server of the application. */
export interface HttpServer {
  /** Starts listening, on all addresses if `host` is undefined; resolves with the port. */
  listen(host: string | undefined, port: number): Promise<number>;
  /**
   * Closes without resetting a busy connection. With `goodbyeMs`, the caller ensures that every response now says
   * `Connection: close`. After time for busy connections to receive it, the server stops listening, closes idle
   * connections and waits for requests in progress.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** Interval for checking the timeouts of unfinished requests, ms. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;

/**
 * Creates an HTTP server. With limits it also answers malformed HTTP with a problem document; without, Node's defaults
 * and answers apply.
 */
export function createHttpServer(listener: RequestListener, limits?: HttpServerLimits): HttpServer {
  const server = limits ? createLimitedServer(listener, limits) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    listen: (host, port) => listen(server, host, port),
    async close({ goodbyeMs = 0, deadlineMs } = {}) {
      if (goodbyeMs > 0 && sockets.size > 0) await sleep(goodbyeMs);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // Node does not treat a connection without any request as idle.
      for (const socket of sockets) {
        if (socket.bytesRead === 0) socket.destroy();
      }
      const giveUp =
        deadlineMs === undefined ? undefined : setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearTimeout(giveUp);
    },
  };
}

function createLimitedServer(listener: RequestListener, limits: HttpServerLimits): Server {
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
    },
    listener,
  );
  server.maxConnections = limits.maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const problem = protocolProblem(error.code);
    limits.onProtocolError(problem.status);
    if (error.code !== 'ECONNRESET' && mayAnswer(socket)) socket.end(rawAnswer(problem));
    else socket.destroy();
  });
  server.on('checkContinue', (request: IncomingMessage, response) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length <= limits.maxBodyBytes) response.writeContinue();
    server.emit('request', request, response);
  });
  return server;
}

/**
 * Whether a response on this socket would belong to the malformed request. While an earlier, complete request waits for
 * its response, the client would attribute a 400 to that one and believe that nothing was done. Node keeps the
 * response at the head of the queue in a private property and uses it in the same way.
 */
function mayAnswer(socket: Duplex): boolean {
  if (!socket.writable) return false;
  const current: unknown = Reflect.get(socket, '_httpMessage');
  if (typeof current !== 'object' || current === null) return true;
  const { headersSent, req } = current as { headersSent?: boolean; req?: IncomingMessage };
  return headersSent !== true && req?.complete === false;
}

function protocolProblem(code: string | undefined): ProblemError {
  const [type, detail] = PROTOCOL_PROBLEMS[code ?? ''] ?? [
    TYPES['bad-request'],
    'Send HTTP/1.1 as defined in RFC 9112.',
  ];
  return new ProblemError(type, detail);
}

const TYPES = defineProblems({
  'bad-request': { status: 400, title: 'Malformed HTTP request' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'headers-too-large': { status: 431, title: 'Headers too large' },
});

const PROTOCOL_PROBLEMS: Readonly<Record<string, readonly [ProblemType, string]>> = {
  HPE_HEADER_OVERFLOW: [TYPES['headers-too-large'], 'Maximum total size of headers: 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [TYPES['body-too-large'], 'Maximum size of chunk extensions: 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [TYPES['request-timeout'], 'Send the whole request without long pauses.'],
};

function rawAnswer(problem: ProblemError): string {
  const body = problem.toDocument();
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
