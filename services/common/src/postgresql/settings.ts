import type { PoolConfig } from 'pg';
import { AppError } from '../errors.ts';

/** Connection settings of a database. */
export interface PostgresqlSettings {
  /** Shown in `pg_stat_activity`. */
  readonly clientName: string;
  /** `postgresql://user:password@host:port/database`; `?sslmode=verify-full` asks for TLS. */
  readonly url: string;
  /** PEM of the CA, which also asks for TLS; the system's CAs if undefined. */
  readonly ca: string | undefined;
  /** Timeout of a statement; its outcome is unknown when exceeded. */
  readonly commandTimeoutMs: number;
  /** Time to open a connection; default: that of a statement. */
  readonly connectTimeoutMs?: number;
  /** Most connections at a time; default 4. */
  readonly poolSize?: number;
}

const DEFAULT_PORT = 5_432;
const DEFAULT_POOL_SIZE = 4;

/** Values of `sslmode`. Whoever asks for TLS gets a server whose certificate is checked: anything less can be intercepted. */
const TLS_BY_MODE: Readonly<Record<string, boolean>> = {
  disable: false,
  require: true,
  'verify-ca': true,
  'verify-full': true,
};

/** What is wrong with a URL, as the end of a sentence that begins with it; undefined if nothing is. */
export function problemOfUrl(url: URL): string | undefined {
  if (url.pathname.length <= 1) return 'names no database: add it, as in postgresql://user@host/caudal';
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'sslmode');
  if (unknown !== undefined) return `has the parameter '${unknown}': only sslmode is known`;
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  return Object.hasOwn(TLS_BY_MODE, mode)
    ? undefined
    : `has sslmode=${mode}: choose ${Object.keys(TLS_BY_MODE).join(', ')}`;
}

/**
 * Reads the settings into options of the driver. The URL is taken apart here, because the driver's own reading of `sslmode` is
 * about to change between its versions.
 *
 * @throws AppError `CONFIG_INVALID` for a URL without user, or one of which {@link problemOfUrl} knows a problem
 */
export function poolOptions(settings: PostgresqlSettings): PoolConfig {
  const url = new URL(settings.url);
  const problem =
    url.username === '' ? 'names no user: add it, as in postgresql://user@host/caudal' : problemOfUrl(url);
  if (problem !== undefined) throw new AppError('CONFIG_INVALID', `the URL of PostgreSQL ${problem}`);
  const mode = url.searchParams.get('sslmode') ?? (settings.ca === undefined ? 'disable' : 'verify-full');
  return {
    application_name: settings.clientName,
    host: decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1')),
    port: Number(url.port || DEFAULT_PORT),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ssl: TLS_BY_MODE[mode] === true && { ...(settings.ca !== undefined && { ca: settings.ca }) },
    max: settings.poolSize ?? DEFAULT_POOL_SIZE,
    // Kept: the loss of an idle connection is how a lost server is noticed between batches.
    idleTimeoutMillis: 0,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? settings.commandTimeoutMs,
    // The server gives up first: it must not hold locks for a client that has gone. The client does where no reply comes.
    statement_timeout: settings.commandTimeoutMs,
    lock_timeout: settings.commandTimeoutMs,
    idle_in_transaction_session_timeout: 2 * settings.commandTimeoutMs,
    query_timeout: settings.commandTimeoutMs + REPLY_MARGIN_MS,
  };
}

/** Time for the server's own timeout to arrive. */
const REPLY_MARGIN_MS = 500;
