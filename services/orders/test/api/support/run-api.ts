import assert from 'node:assert/strict';
import { Lifecycle } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { parseApiConfig } from '../../../src/api/config.ts';
import { problemSchema } from '../../../src/api/openapi.ts';
import { startService } from '../../../src/api/service.ts';
import { generateCatalogue } from '../../../src/catalogue/index.ts';
import { MemoryShop } from './memory-shop.ts';

/** The API in this process, on a shop in memory. */
export interface RunningApi {
  readonly url: string;
  readonly shop: MemoryShop;
  readonly lifecycle: Lifecycle;
  /** Status codes it would have exited with. */
  readonly exitCodes: readonly number[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Posts JSON to `/orders`; a string goes as it is. */
  order(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Posts a form to `/`. */
  form(body: string, headers?: Record<string, string>): Promise<Response>;
  /** Posts nothing. */
  post(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Orders the game of a row and returns the id. */
  accepted(row?: number): Promise<string>;
  metrics(): Promise<string>;
  ready(): Promise<number>;
  stop(): Promise<void>;
}

/** Variables that every test needs. */
export const ENVIRONMENT = {
  KAFKA_BROKERS: 'nowhere:9092',
  POSTGRESQL_URL: 'postgresql://user@nowhere/caudal',
  ORDER_ID_SECRET: 'a secret of thirty-two characters',
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: '0',
  OPERATIONS_HOST: '127.0.0.1',
  OPERATIONS_PORT: '0',
  PAGE_DIRECTORY: '/nowhere',
  // A busy machine is no reason to refuse what a test asks.
  MAX_EVENT_LOOP_DELAY_MS: '60000',
};

/** Catalogue of the tests. */
export const CATALOGUE = generateCatalogue(1, 12_000);

/** Starts the API on ports of the operating system's choice. */
export async function runApi(environment: Record<string, string> = {}): Promise<RunningApi> {
  const config = parseApiConfig({ ...ENVIRONMENT, ...environment });
  const logger = createLogger('orders-api', 'silent');
  const exitCodes: number[] = [];
  const lifecycle = new Lifecycle({
    logger,
    drainTimeoutMs: config.drainTimeoutMs,
    exit: (code) => exitCodes.push(code),
  });
  const shop = new MemoryShop();
  const { writer, tail, database, statuses } = shop;
  const { port, operationsPort } = await startService({
    config,
    catalogue: CATALOGUE,
    writer,
    tail,
    database,
    statuses,
    lifecycle,
    logger,
    goodbyeMs: 1,
  });
  const url = `http://127.0.0.1:${port}`;
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  const post = (path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${url}${path}`, { method: 'POST', headers, ...(body !== undefined && { body }) });
  const order = (body: unknown, headers: Record<string, string> = {}) =>
    post(
      '/orders',
      { 'content-type': 'application/json', ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    );
  return {
    url,
    shop,
    lifecycle,
    exitCodes,
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers, redirect: 'manual' }),
    order,
    form: (body, headers = {}) =>
      post('/', { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body),
    post,
    async accepted(row = 87) {
      const response = await order({ row, email: 'ana@example.com' });
      assert.equal(response.status, 202);
      return ((await response.json()) as { id: string }).id;
    },
    metrics: async () => (await fetch(`${operationsUrl}/metrics`)).text(),
    ready: async () => (await fetch(`${operationsUrl}/readyz`)).status,
    stop: () => lifecycle.stop('test'),
  };
}

/** Reads a problem document and checks what all of them have in common. */
export async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.ok(response.headers.get('x-request-id'));
  const text = await response.text();
  assert.doesNotMatch(text, /node_modules|\.ts:\d| {4}at |10\.0\.0\.7/);
  const problem = problemSchema.parse(JSON.parse(text));
  assert.equal(problem.status, response.status);
  return { ...problem, kind: problem.type.split(':').at(-1) };
}
