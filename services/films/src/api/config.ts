import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigError,
  count,
  type Environment,
  list,
  milliseconds,
  operationsShape,
  parseConfig,
  publicHttpSettings,
  publicHttpShape,
  url,
} from '@caudal/common/config';
import { errorMessage } from '@caudal/common/errors';
import { type PostgresqlSettings, problemOfUrl } from '@caudal/common/postgresql';
import { z } from 'zod';
import type { ServerName } from '../replicas/film-reader.ts';

const SERVICE = 'caudal-films-api';
const MIB = 2 ** 20;
/** Where `node services/films/web/main.ts` puts it. */
const BUILT_PAGE = join(import.meta.dirname, '..', '..', 'web', 'dist');

const postgresqlUrl = url('postgresql', 'postgres');

const apiShape = {
  ...operationsShape,
  // Nothing is sent to this API.
  ...publicHttpShape({ port: 8084, maxBodyBytes: 1_024 }),
  /** The primary: `postgresql://user:password@host:port/database`. */
  POSTGRESQL_URL: postgresqlUrl,
  /** Replicas of it, separated by commas. */
  POSTGRESQL_REPLICA_URLS: list().default([]),
  /** Takes precedence over those in the URLs. */
  POSTGRESQL_USERNAME: z.string().optional(),
  /** Takes precedence over those in the URLs. */
  POSTGRESQL_PASSWORD: z.string().optional(),
  /** PEM of the CA of all servers, which also asks for TLS. */
  POSTGRESQL_CA_FILE: z.string().optional(),
  /** Connections to each server. */
  POSTGRESQL_POOL_SIZE: count(8, 1, 100),
  /** Time for an answer, with all attempts; 503 when exceeded. */
  READ_DEADLINE_MS: milliseconds(1_000),
  /** Time for one server; the read is then sent to another one. */
  READ_ATTEMPT_MS: milliseconds(400),
  /** How often each server is asked whether it can be read from. */
  REPLICA_PROBE_INTERVAL_MS: milliseconds(250),
  /** Time for that answer. */
  REPLICA_PROBE_TIMEOUT_MS: milliseconds(500),
  /** A replica that is further behind is left out. */
  REPLICA_MAX_LAG_MS: milliseconds(1_000),
  /** Whether the primary is read from when no replica can be. */
  PRIMARY_READS: z.enum(['on', 'off'], 'must be on or off').default('on'),
  /** Memory for answers that were given before; 0 keeps none. */
  CACHE_MIB: count(16, 0, 4_096),
  /** Directory of the built page. */
  PAGE_DIRECTORY: z.string().default(BUILT_PAGE),
};

type Values = ReturnType<typeof parseConfig<typeof apiShape>>;

/** Settings of a server that films are read from. */
export interface ServerSettings {
  readonly name: ServerName;
  readonly settings: PostgresqlSettings;
}

/**
 * Reads the configuration.
 * @throws ConfigError that lists every problem
 */
export function parseApiConfig(environment: Environment) {
  const values = parseConfig(apiShape, environment);
  return {
    ...publicHttpSettings(values),
    operations: { host: values.OPERATIONS_HOST, port: values.OPERATIONS_PORT },
    servers: serversOf(values),
    reading: {
      deadlineMs: values.READ_DEADLINE_MS,
      attemptMs: values.READ_ATTEMPT_MS,
      probeIntervalMs: values.REPLICA_PROBE_INTERVAL_MS,
      probeTimeoutMs: values.REPLICA_PROBE_TIMEOUT_MS,
      maxLagMs: values.REPLICA_MAX_LAG_MS,
      primaryReads: values.PRIMARY_READS,
    },
    cacheBytes: values.CACHE_MIB * MIB,
    pageDirectory: values.PAGE_DIRECTORY,
    drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL,
  };
}

/** Configuration of the films API. */
export type ApiConfig = ReturnType<typeof parseApiConfig>;

/** The primary, then the replicas. */
function serversOf(values: Values): readonly ServerSettings[] {
  const problems: string[] = [];
  const ca = readCa(values.POSTGRESQL_CA_FILE, problems);
  const settingsOf = (variable: string, text: string): PostgresqlSettings => {
    const address = readAddress(values, text);
    const problem = typeof address === 'string' ? address : problemOfUrl(address);
    if (problem !== undefined) problems.push(`${variable}: ${problem}`);
    return {
      clientName: SERVICE,
      url: String(address),
      ca,
      commandTimeoutMs: values.READ_ATTEMPT_MS,
      poolSize: values.POSTGRESQL_POOL_SIZE,
    };
  };
  const servers = [
    { name: 'primary' as const, settings: settingsOf('POSTGRESQL_URL', values.POSTGRESQL_URL) },
    ...values.POSTGRESQL_REPLICA_URLS.map((text, place) => ({
      name: `replica-${place + 1}` as const,
      settings: settingsOf(`POSTGRESQL_REPLICA_URLS: number ${place + 1}`, text),
    })),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return servers;
}

/** A URL with its user, or what is wrong with it. */
function readAddress(values: Values, text: string): URL | string {
  if (!postgresqlUrl.safeParse(text).success)
    return 'must be a URL that starts with postgresql:// or postgres://';
  const address = new URL(text);
  if (values.POSTGRESQL_USERNAME) address.username = encodeURIComponent(values.POSTGRESQL_USERNAME);
  if (values.POSTGRESQL_PASSWORD) address.password = encodeURIComponent(values.POSTGRESQL_PASSWORD);
  return address.username === '' ? 'names no user: add it, or set POSTGRESQL_USERNAME' : address;
}

function readCa(file: string | undefined, problems: string[]): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    problems.push(`POSTGRESQL_CA_FILE: cannot be read: ${errorMessage(error)}`);
    return undefined;
  }
}
