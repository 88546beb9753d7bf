import { join } from 'node:path';
import {
  ConfigError,
  count,
  type Environment,
  flag,
  milliseconds,
  operationsShape,
  parseConfig,
  publicHttpSettings,
  publicHttpShape,
  readAll,
  url,
} from '@caudal/common/config';
import { readDatabaseSettings } from '@caudal/common/postgresql';
import { z } from 'zod';
import { MAX_ROWS } from '../catalogue/index.ts';
import { readOrderTopics } from '../database/order-topics.ts';
import { problemOfAddress } from './orders/address.ts';

const SERVICE = 'caudal-orders-api';
const DEFAULT_ROWS = 12_000;
/** Where `node services/orders/web/main.ts` puts it. */
const BUILT_PAGE = join(import.meta.dirname, '..', '..', 'web', 'dist');

/** A regular expression, without regard to case. */
const pattern = (fallback: RegExp) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return new RegExp(text, 'i');
      } catch {
        context.addIssue('must be a regular expression, such as @example\\.com$');
        return z.NEVER;
      }
    })
    .default(fallback);

const apiShape = {
  ...operationsShape,
  // An order is one small object.
  ...publicHttpShape({ port: 8082, maxBodyBytes: 16_384 }),
  /** Time for the log to confirm an order; 503 when exceeded. */
  PUBLISH_TIMEOUT_MS: milliseconds(5_000),
  /** Maximum orders waiting for a confirm; 503 when exceeded. */
  MAX_PENDING_ORDERS: count(20_000, 1, 10_000_000),
  /** Secret from which ids of orders are derived: the same for every process, so that a retry through any of them is the same order. */
  ORDER_ID_SECRET: z.string().min(32, 'must have at least 32 characters'),
  /** Addresses that mail may be sent to. Default: those reserved for examples, so that no load test mails a person. */
  ALLOWED_RECIPIENTS: pattern(/@example\.(com|net|org)$/i),
  /** Address of orders by the form of the shop's first API, which names none. */
  DEFAULT_EMAIL: z.string().default('cliente@example.com'),
  /** CSV file of the games; default: games are made up. */
  CATALOGUE_FILE: z.string().optional(),
  CATALOGUE_ROWS: count(DEFAULT_ROWS, 1, MAX_ROWS),
  CATALOGUE_SEED: count(1, 0, 2 ** 31 - 1),
  /** Whether bad lines of the file are left out. */
  CATALOGUE_SKIP_BAD: flag(false),
  /** Directory of the built page; without it there is a page of links. */
  PAGE_DIRECTORY: z.string().default(BUILT_PAGE),
  /** Public URL of the mailbox's page, for a link to it. */
  MAILBOX_URL: url('http', 'https').optional(),
  /** Most clients that watch an order; 503 when exceeded. */
  ORDER_WATCHERS: count(2_000, 1, 100_000),
};

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem
 */
export function parseApiConfig(environment: Environment) {
  const { values, topics, database } = readAll({
    values: () => readValues(environment),
    topics: () => readOrderTopics(environment, SERVICE),
    database: () => readDatabaseSettings(environment, SERVICE),
  });
  const http = publicHttpSettings(values);
  return {
    ...http,
    limits: {
      ...http.limits,
      maxPendingOrders: values.MAX_PENDING_ORDERS,
      maxWatchers: values.ORDER_WATCHERS,
    },
    log: topics.orders,
    database,
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    writeTimeoutMs: values.PUBLISH_TIMEOUT_MS,
    orderIdSecret: values.ORDER_ID_SECRET,
    allowedRecipients: values.ALLOWED_RECIPIENTS,
    defaultEmail: values.DEFAULT_EMAIL,
    catalogue: {
      file: values.CATALOGUE_FILE,
      rows: values.CATALOGUE_ROWS,
      seed: values.CATALOGUE_SEED,
      skipBad: values.CATALOGUE_SKIP_BAD,
    },
    pageDirectory: values.PAGE_DIRECTORY,
    mailboxUrl: values.MAILBOX_URL,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

function readValues(environment: Environment) {
  const values = parseConfig(apiShape, environment);
  const problem = problemOfAddress(values.DEFAULT_EMAIL, values.ALLOWED_RECIPIENTS);
  if (problem !== undefined) throw new ConfigError([`DEFAULT_EMAIL: ${problem}`]);
  return values;
}

/** Configuration of the orders API. */
export type ApiConfig = ReturnType<typeof parseApiConfig>;
