import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';
import { Client as PostgresqlClient } from 'pg';
import type { ServerAddresses, ServerName } from '../../../../tools/servers/servers.ts';
import { ROOT } from '../cli/paths.ts';

/** Asks a server for its version; undefined when it does not say. @throws Error when it does not answer */
type VersionReader = (addresses: ServerAddresses) => Promise<string | undefined>;

const TIMEOUT_MS = 3_000;

/** How each server reports its version. */
export const VERSION_READERS: Readonly<Record<ServerName, VersionReader>> = {
  async rabbitmq({ rabbitmq }) {
    const url = new URL('/api/overview', rabbitmq.managementUrl);
    const authorization = `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`;
    url.username = '';
    url.password = '';
    const overview = await readJson<{ rabbitmq_version?: string }>(url.href, { authorization });
    return overview.rabbitmq_version;
  },
  kafka: () => readPom('kafka'),
  ignite: () => readPom('ignite'),
  valkey: ({ valkey }) => readInfo(new ValkeyClient(valkey.url, CLIENT), 'valkey_version'),
  redis: ({ redis }) => readInfo(new RedisClient(redis.url, CLIENT), 'redis_version'),
  async postgresql({ postgresql }) {
    const client = new PostgresqlClient({
      connectionString: postgresql.url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    // Without a listener a connection that breaks would end the process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return rows[0]?.server_version.split(' ')[0];
    } finally {
      await client.end();
    }
  },
  // That of the primary, which they follow.
  'postgresql-replica-1': async () => undefined,
  'postgresql-replica-2': async () => undefined,
  async prometheus({ prometheus }) {
    const info = await readJson<{ data?: { version?: string } }>(`${prometheus.url}/api/v1/status/buildinfo`);
    return info.data?.version;
  },
};

const CLIENT = { commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 1 } as const;

/** Version that tools/servers starts, of a server that does not report it to clients. */
async function readPom(name: ServerName): Promise<string | undefined> {
  const pom = await readFile(join(ROOT, 'tools', 'rootfs', name, 'pom.xml'), 'utf8');
  return new RegExp(`<${name}\\.version>([^<]+)<`).exec(pom)?.[1];
}

async function readJson<T>(url: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  return (await response.json()) as T;
}

/** Reads a field of a server that speaks RESP, and disconnects. */
async function readInfo(client: ValkeyClient | RedisClient, field: string): Promise<string | undefined> {
  client.on('error', () => undefined);
  try {
    return new RegExp(`^${field}:(\\S+)`, 'm').exec(await client.info('server'))?.[1];
  } finally {
    client.disconnect();
  }
}
