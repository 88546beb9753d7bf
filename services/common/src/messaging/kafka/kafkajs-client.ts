import { createRequire } from 'node:module';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
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
import type { KafkaSettings } from '../settings.ts';

const CONNECTION_TIMEOUT_MS = 3_000;

/** Short waits that stay short: a broker that comes back is found within two seconds. */
export const RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 2_000,
  retries: 8,
};

/** kafkajs probes half-open connections after a minute only. */
const KEEP_ALIVE_DELAY_MS = 5_000;

/**
 * A kafkajs client with our settings; its logs go to `logger`.
 *
 * `onDisconnect` is called whenever one of its sockets closes: kafkajs itself tells only when the next request fails.
 */
export function createKafkajsClient(
  settings: KafkaSettings,
  logger: Logger,
  onDisconnect?: () => void,
): Kafka {
  calmIdleConnections();
  const { tls, sasl } = settings;
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: settings.requestTimeoutMs,
    retry: RETRY,
    logLevel: logLevel.INFO,
    socketFactory: (destination) => {
      const socket = openSocket(destination);
      if (onDisconnect) socket.on('close', onDisconnect);
      return socket;
    },
    logCreator: () => (entry) => logEntry(logger, entry),
  };
  if (tls) config.ssl = tls.ca === undefined ? true : { ca: [tls.ca] };
  if (sasl) config.sasl = sasl as SASLOptions;
  return new Kafka(config);
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(this: RequestQueue): void;
}

let calmed = false;

/**
 * kafkajs 2.2.4 re-arms a timer for ever on every idle connection, 1 ms apart (its delay comes out negative): 2 % of
 * a core each. With nothing pending there is nothing to check, and what becomes pending arms the timer itself.
 */
function calmIdleConnections(): void {
  if (calmed) return;
  calmed = true;
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue;
  };
  const { prototype } = queue;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/** Like kafkajs's own, but without Nagle's delay, which holds back a request while another one is unacknowledged. */
function openSocket({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  return socket;
}

/**
 * kafkajs calls every failed try an error, although it tries again and we report what fails in the end;
 * so its errors are our warnings and its news is our debug.
 */
function logEntry(logger: Logger, { level, namespace, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = log;
  const text = `kafkajs ${namespace}: ${message}`;
  if (level === logLevel.ERROR || level === logLevel.WARN) logger.warn(fields, text);
  else logger.debug(fields, text);
}
