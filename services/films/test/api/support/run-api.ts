import assert from 'node:assert/strict';
import { Lifecycle } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { parseApiConfig } from '../../../src/api/config.ts';
import { problemSchema } from '../../../src/api/openapi.ts';
import { startService } from '../../../src/api/service.ts';
import { createFilmReader } from '../../../src/replicas/create-film-reader.ts';

/** The API in this process. */
export interface RunningApi {
  readonly url: string;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Body of an answer that has to be 200. */
  json<Body>(path: string): Promise<Body>;
  metrics(): Promise<string>;
  ready(): Promise<number>;
  stop(): Promise<void>;
}

const ENVIRONMENT = {
  POSTGRESQL_URL: 'postgresql://user@nowhere/caudal_films',
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: '0',
  OPERATIONS_HOST: '127.0.0.1',
  OPERATIONS_PORT: '0',
  PAGE_DIRECTORY: '/nowhere',
  // As long as a busy machine may need.
  REPLICA_PROBE_TIMEOUT_MS: '20000',
  // A busy machine is no reason to refuse what a test asks.
  MAX_EVENT_LOOP_DELAY_MS: '60000',
  READ_ATTEMPT_MS: '20000',
  READ_DEADLINE_MS: '30000',
};

/** Starts the API on ports of the operating system's choice. */
export async function runApi(
  environment: Record<string, string>,
  makeReader: typeof createFilmReader = createFilmReader,
): Promise<RunningApi> {
  const config = parseApiConfig({ ...ENVIRONMENT, ...environment });
  const logger = createLogger('films-api', 'silent');
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs, exit: () => undefined });
  const registry = createRegistry();
  const reader = makeReader(config.reader, { logger, registry });
  const { port, operationsPort } = await startService({
    config,
    reader,
    registry,
    lifecycle,
    logger,
    goodbyeMs: 1,
  });
  const url = `http://127.0.0.1:${port}`;
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers, redirect: 'manual' });
  return {
    url,
    get,
    async json<Body>(path: string) {
      const response = await get(path);
      const body = await response.text();
      assert.equal(response.status, 200, `${path}: ${body}`);
      return JSON.parse(body) as Body;
    },
    metrics: async () => (await fetch(`${operationsUrl}/metrics`)).text(),
    ready: async () => (await fetch(`${operationsUrl}/readyz`)).status,
    stop: () => lifecycle.stop('test'),
  };
}

/** Reads a problem document and checks what all of them have in common. */
export async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const text = await response.text();
  assert.doesNotMatch(text, /node_modules|\.ts:\d|select /);
  const problem = problemSchema.parse(JSON.parse(text));
  assert.equal(problem.status, response.status);
  return { ...problem, kind: problem.type.split(':').at(-1) };
}
