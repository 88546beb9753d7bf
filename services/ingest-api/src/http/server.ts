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
  /** A client that asks before it sends a larger body is told not to. */
  readonly maxBodyBytes: number;
  /** Told the status of each request that was broken as HTTP. */
  readonly onProtocolError: (status: number) => void;
}

/** How long {@link HttpServer.close} may take. */
export interface CloseOptions {
  /** Kept-alive connections get this long to be told `Connection: close` with an answer of theirs. */
  readonly goodbyeMs: number;
  /** Requests still not answered then lose their connection. */
  readonly deadlineMs: number;
}

/** The server in front of the application. */
export interface HttpServer {
  /** Starts to listen, on every address where `host` is undefined; resolves with the port it got. */
  listen(host: string | undefined, port: number): Promise<number>;
  /**
   * Ends without resetting a busy connection. The caller has seen to it that every answer now says
   * `Connection: close`; after a moment in which the busy ones hear it, the server stops listening, closes what is
   * idle and waits for what runs.
   */
  close(options: CloseOptions): Promise<void>;
}

/** How often the timeouts of unfinished requests are looked at. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;

/** An HTTP server with limits, and with answers to what is not even HTTP. */
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
      // Node does not count a connection as idle on which nothing was ever sent.
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
 * Whether an answer on this socket would be taken for that of the broken request. While an earlier, complete one
 * still waits for its own answer, a 400 would be taken for that and tell its client that nothing was published.
 * Node keeps the response at the head of the queue in a property that is not public, and uses it likewise.
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
    'Send HTTP/1.1 as RFC 9112 has it.',
  ];
  return new ProblemError(name, detail);
}

const PROTOCOL_PROBLEMS: Readonly<Record<string, readonly [ProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'All headers together may have at most 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['body-too-large', 'Chunk extensions may have at most 16 KiB.'],
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
