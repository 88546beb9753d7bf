import { ConfigError } from '../../config/parse-config.ts';
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

/**
 * Reads the settings of a store's URL.
 *
 * @throws ConfigError for a parameter that cannot be used
 */
export function igniteSettings({ url, ca, commandTimeoutMs }: StoreSettings): IgniteSettings {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url);
  for (const name of searchParams.keys())
    if (name !== 'backups')
      throw new ConfigError([`STORE_URL: has the parameter '${name}'; there is only 'backups'`]);
  const backups = searchParams.get('backups') ?? String(DEFAULT_BACKUPS);
  if (!/^\d$/.test(backups) || Number(backups) > MAX_BACKUPS)
    throw new ConfigError([`STORE_URL: has backups=${backups}; use a number from 0 to ${MAX_BACKUPS}`]);
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
    backups: Number(backups),
  };
}
