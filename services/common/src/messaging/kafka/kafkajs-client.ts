import { connect as connectTcp, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  type ISocketFactoryArgs,
  Kafka,
  type KafkaConfig,
  type LogEntry,
  logLevel,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import type { Logger } from '../../logging.ts';
import { REFUSALS } from './errors.ts';
import { amendKafkajs } from './kafkajs-amendments.ts';
import { registerCodecs } from './kafkajs-codecs.ts';
import type { KafkaSettings } from './settings.ts';

const CONNECTION_TIMEOUT_MS = 3_000;
const ENDED = 'the Kafka client has ended';

/** Short delays with a low maximum: a broker that returns is found within two seconds. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 2_000,
  retries: 8,
};

/** kafkajs probes half-open connections only after a minute. */
const KEEP_ALIVE_DELAY_MS = 5_000;

/** A kafkajs client whose connections can be broken. */
export interface KafkajsClient {
  readonly kafka: Kafka;
  /** Breaks every connection and prevents new ones; call it after disconnecting the client. */
  end(): void;
}

/**
 * Creates a kafkajs client with our settings; its logs go to `logger`.
 *
 * kafkajs 2.2.4 does not stop a consumer that is still joining (`Runner.stop` returns at once): it would continue as an
 * untracked member and keep the process alive. Without connections it gives up.
 *
 * `onDisconnect` is called when any of its sockets closes; kafkajs reports that only when the next request fails.
 */
export function createKafkajsClient(
  settings: KafkaSettings,
  logger: Logger,
  onDisconnect?: () => void,
): KafkajsClient {
  amendKafkajs();
  registerCodecs();
  const open = new Set<Socket>();
  let ended = false;
  const { tls, sasl } = settings;
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs,
    retry: RETRY,
    logLevel: logLevel.INFO,
    socketFactory: (destination) => {
      if (ended) return new Socket().destroy(new Error(ENDED));
      const socket = openSocket(destination);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      if (onDisconnect) socket.once('close', onDisconnect);
      return socket;
    },
    logCreator: () => (entry) => logEntry(logger, entry),
  };
  if (tls) config.ssl = tls.ca === undefined ? true : { ca: [tls.ca] };
  if (sasl) config.sasl = sasl as SASLOptions;
  return {
    kafka: new Kafka(config),
    end() {
      ended = true;
      // kafkajs listens for an error; after a plain close its timers would keep running.
      for (const socket of open) socket.destroy(new Error(ENDED));
    },
  };
}

/** Whether a kafkajs error, or its cause, means that the broker refused the records themselves. */
export function isKafkajsRefusal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('type' in cause && typeof cause.type === 'string' && REFUSALS.includes(cause.type)) return true;
  }
  return false;
}

/** Like kafkajs's own, but without Nagle's algorithm, which delays a request while another one is unacknowledged. */
function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  return socket;
}

/**
 * Lowers the level of kafkajs's logs: it logs every failed attempt as an error although it retries, and we report what finally
 * fails. Its errors become warnings, its information debug messages.
 */
function logEntry(logger: Logger, { level, namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
  const text = `kafkajs ${namespace}: ${message}`;
  if (level === logLevel.ERROR || level === logLevel.WARN) logger.warn(fields, text);
  else logger.debug(fields, text);
}
