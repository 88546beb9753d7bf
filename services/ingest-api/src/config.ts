import {
  count,
  type Environment,
  list,
  milliseconds,
  operationsShape,
  parseConfig,
  port,
  readAll,
} from '@caudal/common/config';
import { defaultLanes } from '@caudal/common/lanes';
import { MAX_MESSAGES_PER_REQUEST } from '@caudal/common/message';
import { BROKER_NAMES, type BrokerChoice, readBroker } from '@caudal/common/messaging';
import { z } from 'zod';

const SERVICE = 'ingest-api';
const MIB = 2 ** 20;
const API_KEY = /^[\x21-\x7e]{16,255}$/;

const DEFAULT_BROKERS = [...new Set(defaultLanes().map(({ broker }) => broker))];

/** Brokers to publish to; only their variables are required. */
const BROKERS = list()
  .pipe(z.array(z.enum(BROKER_NAMES)).min(1, 'must list at least one broker'))
  .refine((names) => new Set(names).size === names.length, 'must not name a broker twice')
  .default(DEFAULT_BROKERS);

const ingestShape = {
  ...operationsShape,
  BROKERS,
  /** Default: all addresses, including IPv6 when available. */
  HTTP_HOST: z.string().optional(),
  HTTP_PORT: port(8080),
  /** Time for all brokers to confirm; 503 when exceeded. */
  PUBLISH_TIMEOUT_MS: milliseconds(5_000),
  /** Maximum size of a request body; 413 when exceeded. */
  MAX_BODY_BYTES: count(MIB, 1_024, 64 * MIB),
  /** Maximum total size of all bodies in progress, from first byte to response; 503 when exceeded. */
  MAX_BUFFERED_BYTES: count(64 * MIB, MIB, 4_096 * MIB),
  /** Maximum messages waiting for a broker's confirm; 503 when exceeded. The largest request must fit. */
  MAX_PENDING_MESSAGES: count(20_000, MAX_MESSAGES_PER_REQUEST, 10_000_000),
  /** Maximum open connections; further ones are closed immediately. */
  MAX_CONNECTIONS: count(10_000, 1, 1_000_000),
  /** Maximum requests per second per caller (API key, otherwise address); 429 when exceeded; 0 disables the limit. */
  RATE_LIMIT_PER_SECOND: count(0, 0, 1_000_000),
  /** Accepted API keys; no authentication when empty. */
  API_KEYS: list()
    .refine(
      (keys) => keys.every((key) => API_KEY.test(key)),
      'each key must be 16 to 255 visible ASCII characters',
    )
    .default([]),
  /** Number of proxies whose X-Forwarded-For is trusted. */
  TRUST_PROXY_HOPS: count(0, 0, 10),
  /** Maximum mean event loop delay over a second; new requests get 503 when exceeded. */
  MAX_EVENT_LOOP_DELAY_MS: milliseconds(500),
  /** Time limit for receiving the headers of a request. */
  HEADERS_TIMEOUT_MS: milliseconds(10_000),
  /** Time limit for receiving a whole request. */
  REQUEST_TIMEOUT_MS: milliseconds(30_000),
  /** Keep-alive time of an idle connection: above the 60 s of most load balancers, so that they close first. */
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(65_000),
  /** Time to keep serving after SIGTERM, until load balancers have noticed. */
  PRE_STOP_DELAY_MS: count(0, 0, 60_000),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem.
 */
export function parseIngestConfig(environment: Environment) {
  const { values, brokers } = readAll({
    brokers: () => readBrokers(environment),
    values: () => parseConfig(ingestShape, environment),
  });
  return {
    brokers,
    http: {
      host: values.HTTP_HOST,
      port: values.HTTP_PORT,
      trustProxyHops: values.TRUST_PROXY_HOPS,
      headersTimeoutMs: values.HEADERS_TIMEOUT_MS,
      requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
      keepAliveTimeoutMs: values.KEEP_ALIVE_TIMEOUT_MS,
    },
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    limits: {
      maxBodyBytes: values.MAX_BODY_BYTES,
      maxBufferedBytes: values.MAX_BUFFERED_BYTES,
      maxPendingMessages: values.MAX_PENDING_MESSAGES,
      maxConnections: values.MAX_CONNECTIONS,
      maxEventLoopDelayMs: values.MAX_EVENT_LOOP_DELAY_MS,
      rateLimitPerSecond: values.RATE_LIMIT_PER_SECOND,
    },
    apiKeys: values.API_KEYS,
    publishTimeoutMs: values.PUBLISH_TIMEOUT_MS,
    preStopDelayMs: values.PRE_STOP_DELAY_MS,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

function readBrokers(environment: Environment): readonly BrokerChoice[] {
  const { BROKERS: names } = parseConfig({ BROKERS }, environment);
  const read = names.map((name) => [name, () => readBroker(name, environment, SERVICE)] as const);
  return Object.values(readAll(Object.fromEntries(read)));
}

/** Configuration of ingest-api. */
export type IngestConfig = ReturnType<typeof parseIngestConfig>;
