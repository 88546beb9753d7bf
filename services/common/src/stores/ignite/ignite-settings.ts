import { AppError } from '../../errors.ts';
import type { StoreSettings } from '../settings.ts';
import type { ConnectionSettings } from './thin-client/connection.ts';

/** Port of thin clients, as Ignite sets it by default. */
const DEFAULT_PORT = 10_800;

const MAX_BACKUPS = 7;
const DEFAULT_BACKUPS = 1;

/** What the URL says: `ignite://user:password@host:10800?backups=1`; `ignites` for TLS. */
export interface IgniteSettings {
  readonly connection: ConnectionSettings;
  /**
   * Copies of every entry besides the first, on other servers, in caches that the store creates; default 1. Those that there are
   * no servers for are made when servers join.
   */
  readonly backups: number;
}

/** What is wrong with a URL, as the end of a sentence that begins with it; undefined if nothing is. */
export function problemOfIgniteUrl({ searchParams }: URL): string | undefined {
  const unknown = [...searchParams.keys()].find((name) => name !== 'backups');
  if (unknown !== undefined) return `has the parameter '${unknown}': only backups is known`;
  const backups = searchParams.get('backups') ?? String(DEFAULT_BACKUPS);
  return /^\d$/.test(backups) && Number(backups) <= MAX_BACKUPS
    ? undefined
    : `has backups=${backups}: use a number from 0 to ${MAX_BACKUPS}`;
}

/**
 * Reads the settings of a store's URL.
 *
 * @throws AppError `CONFIG_INVALID` for one of which {@link problemOfIgniteUrl} knows a problem
 */
export function igniteSettings({ url, ca, commandTimeoutMs }: StoreSettings): IgniteSettings {
  const address = new URL(url);
  const problem = problemOfIgniteUrl(address);
  if (problem !== undefined) throw new AppError('CONFIG_INVALID', `the URL of Ignite ${problem}`);
  const { protocol, hostname, port, username, password, searchParams } = address;
  return {
    connection: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? DEFAULT_PORT : Number(port),
      tls: protocol === 'ignites:' ? { ca } : undefined,
      credentials:
        username === ''
          ? undefined
          : { user: decodeURIComponent(username), password: decodeURIComponent(password) },
      timeoutMs: commandTimeoutMs,
    },
    backups: Number(searchParams.get('backups') ?? DEFAULT_BACKUPS),
  };
}
