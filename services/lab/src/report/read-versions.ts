import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis as RedisClient } from 'ioredis';
import { Redis as ValkeyClient } from 'iovalkey';
import { runCommand } from '../../../../tools/lib/run-command.ts';
import type { ServerAddresses } from '../../../../tools/servers/servers.ts';
import { ROOT } from '../cli/paths.ts';

const TIMEOUT_MS = 3_000;

/** Versions reported by the servers and k6; unavailable ones are omitted. */
export async function readVersions(
  addresses: ServerAddresses | undefined,
  k6: string,
): Promise<Record<string, string>> {
  const readings: Record<string, () => Promise<string | undefined>> = {
    k6: async () => /v(\d\S*)/.exec((await runCommand(k6, ['version'])).stdout)?.[1],
    ...(addresses && {
      rabbitmq: () => readRabbitmq(addresses.rabbitmq.managementUrl),
      kafka: readPinnedKafka,
      valkey: () => readValkey(addresses.valkey.url),
      redis: () => readRedis(addresses.redis.url),
      prometheus: () => readPrometheus(addresses.prometheus.url),
    }),
  };
  const entries = await Promise.all(
    Object.entries(readings).map(
      async ([name, read]) => [name, await read().catch(() => undefined)] as const,
    ),
  );
  return Object.fromEntries(
    entries.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
  );
}

async function readRabbitmq(managementUrl: string): Promise<string | undefined> {
  const url = new URL('/api/overview', managementUrl);
  const authorization = `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`;
  url.username = '';
  url.password = '';
  const response = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  return ((await response.json()) as { rabbitmq_version?: string }).rabbitmq_version;
}

/** Kafka does not report its version to clients: this is the one that tools/servers starts. */
async function readPinnedKafka(): Promise<string | undefined> {
  const pom = await readFile(join(ROOT, 'tools', 'rootfs', 'kafka', 'pom.xml'), 'utf8');
  return /<kafka\.version>([^<]+)</.exec(pom)?.[1];
}

async function readPrometheus(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/api/v1/status/buildinfo`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return ((await response.json()) as { data?: { version?: string } }).data?.version;
}

async function readValkey(url: string): Promise<string | undefined> {
  const client = new ValkeyClient(url, { commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  try {
    return infoField(await client.info('server'), 'valkey_version');
  } finally {
    client.disconnect();
  }
}

async function readRedis(url: string): Promise<string | undefined> {
  const client = new RedisClient(url, { commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  try {
    return infoField(await client.info('server'), 'redis_version');
  } finally {
    client.disconnect();
  }
}

function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
}
