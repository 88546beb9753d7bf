import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import { listen } from '../http/listen.ts';

/** Readiness check of a dependency; `detail` describes a failure. */
export interface ReadinessCheck {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Internal port of a service, for probes and metrics. */
export interface OperationsServer {
  /** Starts listening, on all addresses if `host` is undefined; resolves with the port. */
  listen(host: string | undefined, port: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Serves `/livez` (200 while the event loop turns; it never looks at a dependency), `/readyz` (200, or 503 with
 * the failing checks by name) and `/metrics` (Prometheus text).
 */
export function createOperationsServer(options: {
  readonly registry: Registry;
  /** Evaluated on every `/readyz`. */
  readonly checks: () => Readonly<Record<string, ReadinessCheck>>;
  /** Once aborted, `/readyz` responds with 503 regardless of the checks. */
  readonly stopping: AbortSignal;
}): OperationsServer {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(405, 'text/plain', 'method not allowed: use GET\n');
    } else if (path === '/livez') {
      answer(200, 'text/plain', 'alive\n');
    } else if (path === '/readyz') {
      const checks: Record<string, ReadinessCheck> = { ...options.checks() };
      if (options.stopping.aborted) checks.lifecycle = { ok: false, detail: 'stopping' };
      const ready = Object.values(checks).every((check) => check.ok);
      answer(ready ? 200 : 503, 'application/json', `${JSON.stringify({ ready, checks })}\n`);
    } else if (path === '/metrics') {
      options.registry.metrics().then(
        (text) => answer(200, options.registry.contentType, text),
        () => answer(500, 'text/plain', 'cannot collect metrics\n'),
      );
    } else {
      answer(404, 'text/plain', 'not found: use /livez, /readyz or /metrics\n');
    }
  });
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
