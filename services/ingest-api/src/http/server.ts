import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { ProblemError, type ProblemName } from './problem.ts';

/** Limits of {@link createHttpServer}. */
export interface HttpServerOptions {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxBodyBytes: number;
  /** Told the status of each request that ended before the application saw it, or while its body came in. */
  readonly onProtocolError: (status: number) => void;
}

/** How often the timeouts of unfinished requests are looked at. */
const CONNECTIONS_CHECKING_INTERVAL_MS = 1_000;

/** The HTTP server in front of the application: its limits, and answers to what is not even HTTP. */
export function createHttpServer(app: Express, options: HttpServerOptions): Server {
  const server = createServer(
    {
      headersTimeout: options.headersTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECKING_INTERVAL_MS,
    },
    app,
  );
  server.maxConnections = options.maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const problem = protocolProblem(error.code);
    options.onProtocolError(problem.status);
    if (error.code !== 'ECONNRESET' && mayAnswer(socket)) socket.end(rawAnswer(problem));
    else socket.destroy();
  });
  // A body that is too large is refused before the client sends it.
  server.on('checkContinue', (request: IncomingMessage, response) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (length <= options.maxBodyBytes) response.writeContinue();
    server.emit('request', request, response);
  });
  return server;
}

/** Starts to listen; resolves with the port it got. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
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
    `HTTP/1.1 ${problem.status} ${problem.problem}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
