import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError, type ProblemName } from './problem.ts';

/** Limits of {@link createHttpServer}. */
export interface HttpServerOptions {
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
  /** Time for kept-alive connections to receive `Connection: close` with a response, ms. */
  readonly goodbyeMs: number;
  /** Time after which unanswered requests lose their connection, ms. */
  readonly deadlineMs: number;
}

/** HTTP server of the application. */
export interface HttpServer {
  /** Starts listening, on all addresses if `host` is undefined; resolves with the port. */
  listen(host: string | undefined, port: number): Promise<number>;
  /**
   * Closes without resetting a busy connection. The caller ensures that every response now says
   * `Connection: close`. After time for busy connections to receive it, the server stops listening, closes idle
   * connections and waits for requests in progress.
   */
  close(options: CloseOptions): Promise<void>;
}

/** Interval for checking the timeouts of unfinished requests, ms. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;

/** Creates an HTTP server with limits that also responds to malformed HTTP. */
export function createHttpServer(listener: RequestListener, options: HttpServerOptions): HttpServer {
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
    },
    listener,
  );
  server.maxConnections = options.maxConnections;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const problem = protocolProblem(error.code);
    options.onProtocolError(problem.status);
    if (error.code !== 'ECONNRESET' && mayAnswer(socket)) socket.end(rawAnswer(problem));
    else socket.destroy();
  });
  server.on('checkContinue', (request: IncomingMessage, response) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length <= options.maxBodyBytes) response.writeContinue();
    server.emit('request', request, response);
  });
  return {
    listen: (host, port) => listen(server, host, port),
    async close({ goodbyeMs, deadlineMs }) {
      if (sockets.size > 0) await sleep(goodbyeMs);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      // Node does not treat a connection without any request as idle.
      for (const socket of sockets) {
        if (socket.bytesRead === 0) socket.destroy();
      }
      const giveUp = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearTimeout(giveUp);
    },
  };
}

function listen(server: Server, host: string | undefined, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Whether a response on this socket would belong to the malformed request. While an earlier, complete request waits for
 * its response, the client would attribute a 400 to that one and believe that nothing was published. Node keeps the
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
  const [name, detail] = PROTOCOL_PROBLEMS[code ?? ''] ?? [
    'bad-request',
    'Send HTTP/1.1 as defined in RFC 9112.',
  ];
  return new ProblemError(name, detail);
}

const PROTOCOL_PROBLEMS: Readonly<Record<string, readonly [ProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'Maximum total size of headers: 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body-too-large', 'Maximum size of chunk extensions: 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'Send the whole request without long pauses.'],
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
