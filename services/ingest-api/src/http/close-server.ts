import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long {@link closeServer} may take. */
export interface CloseServerOptions {
  /** Kept-alive connections get this long to be told `Connection: close` with an answer of theirs. */
  readonly goodbyeMs: number;
  /** Requests still not answered then lose their connection. */
  readonly deadlineMs: number;
}

/**
 * Ends an HTTP server without resetting a busy connection. The caller has seen to it that every answer now says
 * `Connection: close`; after a moment in which the busy ones hear it, the server stops listening, closes what is
 * idle and waits for what runs.
 */
export async function closeServer(server: Server, options: CloseServerOptions): Promise<void> {
  if ((await connectionCount(server)) > 0) await sleep(options.goodbyeMs);
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const giveUp = setTimeout(() => server.closeAllConnections(), options.deadlineMs);
  await closed;
  clearTimeout(giveUp);
}

function connectionCount(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error ? 0 : count));
  });
}
