import { Lifecycle } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { parseIngestConfig } from '../../src/config.ts';
import { type ServiceOptions, startService } from '../../src/service.ts';
import { FakePublisher } from './fake-publisher.ts';

/** The service in this process, between fake brokers. */
export interface RunningService {
  readonly port: number;
  readonly url: string;
  readonly rabbitmq: FakePublisher;
  readonly kafka: FakePublisher;
  readonly lifecycle: Lifecycle;
  /** Status codes it would have exited with. */
  readonly exitCodes: number[];
  /** Posts a body; a string or bytes go as they are, anything else as JSON. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The Prometheus text. */
  metrics(): Promise<string>;
  ready(): Promise<{ readonly status: number; readonly body: unknown }>;
  stop(): Promise<void>;
}

/** A message as a client sends it. */
export const MESSAGE = { description: 'Sol y viento ☀️', country: 'ES', weather: 'sunny' };

/** Starts the service on ports of the operating system's choice. */
export async function runService(
  environment: Record<string, string> = {},
  options: Pick<ServiceOptions, 'goodbyeMs'> & {
    readonly rabbitmq?: FakePublisher;
    readonly kafka?: FakePublisher;
  } = {},
): Promise<RunningService> {
  const { rabbitmq = new FakePublisher('rabbitmq'), kafka = new FakePublisher('kafka'), ...rest } = options;
  const config = parseIngestConfig({
    RABBITMQ_URL: 'amqp://nowhere',
    KAFKA_BROKERS: 'nowhere:9092',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    // A busy machine is no reason to refuse what a test asks.
    MAX_EVENT_LOOP_DELAY_MS: '60000',
    OPERATIONS_HOST: '127.0.0.1',
    OPERATIONS_PORT: '0',
    ...environment,
  });
  const logger = createLogger('ingest-api', 'silent');
  const exitCodes: number[] = [];
  const lifecycle = new Lifecycle({
    logger,
    drainTimeoutMs: config.drainTimeoutMs,
    exit: (code) => exitCodes.push(code),
  });
  const { port, operationsPort } = await startService({
    config,
    publishers: [rabbitmq, kafka],
    lifecycle,
    logger,
    ...rest,
  });
  const url = `http://127.0.0.1:${port}`;
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  return {
    port,
    url,
    rabbitmq,
    kafka,
    lifecycle,
    exitCodes,
    post: (body, headers = {}) =>
      fetch(`${url}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
      }),
    metrics: async () => (await fetch(`${operationsUrl}/metrics`)).text(),
    ready: async () => {
      const response = await fetch(`${operationsUrl}/readyz`);
      return { status: response.status, body: await response.json() };
    },
    stop: () => lifecycle.stop('test'),
  };
}
