import {
  count,
  type Environment,
  kafkaSettings,
  kafkaShape,
  list,
  milliseconds,
  operationsShape,
  parseConfig,
  port,
  rabbitmqSettings,
  rabbitmqShape,
} from '@caudal/common/config';
import { MAX_MESSAGES_PER_REQUEST } from '@caudal/common/message';
import { z } from 'zod';

const SERVICE = 'ingest-api';
const MIB = 2 ** 20;
const API_KEY = /^[\x21-\x7e]{16,255}$/;

const ingestShape = {
  ...operationsShape,
  ...rabbitmqShape,
  ...kafkaShape,
  /** Every address of the machine where it is unset, IPv6 included where there is any. */
  HTTP_HOST: z.string().optional(),
  HTTP_PORT: port(8080),
  /** Both brokers must have confirmed within this time, else 503. */
  PUBLISH_TIMEOUT_MS: milliseconds(5_000),
  /** The largest body of one request; above it 413. */
  MAX_BODY_BYTES: count(MIB, 1_024, 64 * MIB),
  /** Bodies of all requests together, from their first byte to their answer; above it 503. */
  MAX_BUFFERED_BYTES: count(64 * MIB, MIB, 4_096 * MIB),
  /** Messages that wait for one broker's confirm; above it 503. The largest request must fit. */
  MAX_PENDING_MESSAGES: count(20_000, MAX_MESSAGES_PER_REQUEST, 10_000_000),
  /** Open connections; the next one is closed at once. */
  MAX_CONNECTIONS: count(10_000, 1, 1_000_000),
  /** Requests per second of one caller (API key, else address); 0 is no limit. Above it 429. */
  RATE_LIMIT_PER_SECOND: count(0, 0, 1_000_000),
  /** Accepted API keys; open to everyone when there is none. */
  API_KEYS: list()
    .refine(
      (keys) => keys.every((key) => API_KEY.test(key)),
      'each key must be 16 to 255 visible ASCII characters',
    )
    .default([]),
  /** Proxies in front whose X-Forwarded-For is believed. */
  TRUST_PROXY_HOPS: count(0, 0, 10),
  /** Mean event loop delay of a second above which new requests are shed with 503. */
  MAX_EVENT_LOOP_DELAY_MS: milliseconds(500),
  /** The headers of a request must be complete within this time. */
  HEADERS_TIMEOUT_MS: milliseconds(10_000),
  /** A whole request must have arrived within this time. */
  REQUEST_TIMEOUT_MS: milliseconds(30_000),
  /** An idle connection is kept for this long: above the 60 s of most load balancers, so that they close first. */
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(65_000),
  /** After SIGTERM it serves on for this long, until load balancers have noticed. */
  PRE_STOP_DELAY_MS: count(0, 0, 60_000),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem.
 */
export function parseIngestConfig(environment: Environment) {
  const values = parseConfig(ingestShape, environment);
  return {
    rabbitmq: rabbitmqSettings(values, SERVICE),
    kafka: kafkaSettings(values, SERVICE),
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

/** What ingest-api needs to know. */
export type IngestConfig = ReturnType<typeof parseIngestConfig>;
