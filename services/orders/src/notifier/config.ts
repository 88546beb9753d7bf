import { readFileSync } from 'node:fs';
import {
  ConfigError,
  count,
  type Environment,
  milliseconds,
  operationsShape,
  parseConfig,
  port,
  readAll,
  url,
} from '@caudal/common/config';
import { errorMessage } from '@caudal/common/errors';
import { readDatabaseSettings } from '@caudal/common/postgresql';
import { z } from 'zod';
import { readOrderTopics } from '../database/order-topics.ts';

const CLIENT = 'caudal-orders-notifier';

/** `name@domain`, in ASCII and without quotes: it is part of every Message-ID and of SMTP's commands. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

const notifierShape = {
  ...operationsShape,
  SMTP_HOST: z.string(),
  SMTP_PORT: port(25),
  /** `starttls` and `tls` refuse a server that does not encrypt, or whose certificate is not valid. */
  SMTP_SECURITY: z.enum(['none', 'starttls', 'tls']).default('none'),
  SMTP_USERNAME: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  /** PEM of the CA; default: the system's CAs. */
  SMTP_CA_FILE: z.string().optional(),
  /** Connections to the mail server, each for one mail at a time. */
  SMTP_CONNECTIONS: count(4, 1, 100),
  /** Time for the server to take a mail; what became of it is unknown when exceeded. */
  SMTP_TIMEOUT_MS: milliseconds(10_000),
  MAIL_FROM: z.string().regex(ADDRESS, 'must be an address in ASCII, as in shop@example.com'),
  /** URL of the shop, for links. */
  PUBLIC_URL: url('http', 'https'),
  /** Mails for one recipient in a minute, further ones wait; 0: no limit. */
  MAILS_PER_RECIPIENT_PER_MINUTE: count(300, 0, 1_000_000),
  /** Temporary refusals, or attempts without a known outcome, after which a mail is parked. */
  MAIL_MAX_ATTEMPTS: count(8, 1, 1_000),
  /** Time after which another process sends the mails of one that has died. */
  MAIL_LEASE_MS: milliseconds(30_000),
  RETENTION_DAYS: count(30, 1, 3_650),
};

/** Time for the outcome of the last mail of a lease to reach the database, ms. */
const LEASE_MARGIN_MS = 1_000;

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem
 */
export function loadNotifierConfig(environment: Environment) {
  const { values, database, topics } = readAll({
    values: () => readValues(environment),
    database: () => readDatabaseSettings(environment, CLIENT),
    topics: () => readOrderTopics(environment, CLIENT),
  });
  return {
    database,
    topic: topics.confirmed,
    smtp: {
      host: values.SMTP_HOST,
      port: values.SMTP_PORT,
      security: values.SMTP_SECURITY,
      login:
        values.SMTP_USERNAME === undefined
          ? undefined
          : { user: values.SMTP_USERNAME, pass: values.SMTP_PASSWORD ?? '' },
      ca: values.SMTP_CA_FILE === undefined ? undefined : readCa(values.SMTP_CA_FILE),
      timeoutMs: values.SMTP_TIMEOUT_MS,
      from: values.MAIL_FROM,
    },
    connections: values.SMTP_CONNECTIONS,
    mail: { from: values.MAIL_FROM, publicUrl: values.PUBLIC_URL.replace(/\/+$/, '') },
    perRecipientPerMinute: values.MAILS_PER_RECIPIENT_PER_MINUTE,
    maxAttempts: values.MAIL_MAX_ATTEMPTS,
    lease: { leaseMs: values.MAIL_LEASE_MS, sendMs: values.SMTP_TIMEOUT_MS + LEASE_MARGIN_MS },
    retentionDays: values.RETENTION_DAYS,
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

/** The notifier's configuration. */
export type NotifierConfig = ReturnType<typeof loadNotifierConfig>;

function readValues(environment: Environment) {
  const values = parseConfig(notifierShape, environment);
  const problems: string[] = [];
  if (values.SMTP_USERNAME === undefined && values.SMTP_PASSWORD !== undefined)
    problems.push('SMTP_USERNAME: is required, because SMTP_PASSWORD is set');
  if (values.SMTP_USERNAME !== undefined && values.SMTP_PASSWORD === undefined)
    problems.push('SMTP_PASSWORD: is required, because SMTP_USERNAME is set');
  if (values.MAIL_LEASE_MS < values.SMTP_TIMEOUT_MS + 2 * LEASE_MARGIN_MS)
    problems.push(
      `MAIL_LEASE_MS: must be at least ${2 * LEASE_MARGIN_MS} above SMTP_TIMEOUT_MS (${values.SMTP_TIMEOUT_MS}): a mail would be sent by two processes`,
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return values;
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`SMTP_CA_FILE: cannot be read: ${errorMessage(error)}`]);
  }
}
