import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, count, type Environment, milliseconds, parseConfig, url } from '../config/index.ts';
import { type PostgresqlSettings, problemOfUrl } from './settings.ts';

/** Connections of a program unless configured. */
const DEFAULT_POOL_SIZE = 8;

/** Environment variables of the connection to the database. */
export const databaseShape = {
  /** `postgresql://user:password@host:port/database`. */
  POSTGRESQL_URL: url('postgresql', 'postgres').superRefine((value, context) => {
    if (!URL.canParse(value)) return;
    const problem = problemOfUrl(new URL(value));
    if (problem !== undefined) context.addIssue(problem);
  }),
  /** Takes precedence over the one in the URL. */
  POSTGRESQL_USERNAME: z.string().optional(),
  /** Takes precedence over the one in the URL. */
  POSTGRESQL_PASSWORD: z.string().optional(),
  /** PEM of the CA, which also asks for TLS. */
  POSTGRESQL_CA_FILE: z.string().optional(),
  /** Timeout of a statement; its outcome is unknown when exceeded, and it is tried again. */
  POSTGRESQL_TIMEOUT_MS: milliseconds(5_000),
  POSTGRESQL_POOL_SIZE: count(DEFAULT_POOL_SIZE, 1, 100),
};

/** Settings of the connection of a program. */
export type DatabaseSettings = PostgresqlSettings & { readonly poolSize: number };

type DatabaseValues = ReturnType<typeof parseConfig<typeof databaseShape>>;

/**
 * Converts the parsed variables to settings.
 * @param clientName shown in the server's list of clients
 * @throws ConfigError for a connection without a user
 */
export function databaseSettings(values: DatabaseValues, clientName: string): DatabaseSettings {
  const address = new URL(values.POSTGRESQL_URL);
  if (values.POSTGRESQL_USERNAME) address.username = encodeURIComponent(values.POSTGRESQL_USERNAME);
  if (values.POSTGRESQL_PASSWORD) address.password = encodeURIComponent(values.POSTGRESQL_PASSWORD);
  if (address.username === '')
    throw new ConfigError(['POSTGRESQL_URL: names no user: add it, or set POSTGRESQL_USERNAME']);
  return {
    clientName,
    url: address.href,
    ca: values.POSTGRESQL_CA_FILE ? readFileSync(values.POSTGRESQL_CA_FILE, 'utf8') : undefined,
    commandTimeoutMs: values.POSTGRESQL_TIMEOUT_MS,
    poolSize: values.POSTGRESQL_POOL_SIZE,
  };
}

/**
 * Reads the settings of the connection to the database.
 * @throws ConfigError that lists every problem
 */
export function readDatabaseSettings(environment: Environment, clientName: string): DatabaseSettings {
  return databaseSettings(parseConfig(databaseShape, environment), clientName);
}
