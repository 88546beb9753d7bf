import { runCommand } from '../../../../tools/lib/run-command.ts';
import type { ServerAddresses, ServerName } from '../../../../tools/servers/servers.ts';
import { VERSION_READERS } from '../servers/versions.ts';

/**
 * Versions reported by the servers that a run used, and by k6; unavailable ones are omitted.
 * @param servers not those that do not run: the version of one is read from a file
 */
export async function readVersions(
  addresses: ServerAddresses | undefined,
  k6: string,
  servers: readonly ServerName[],
): Promise<Record<string, string>> {
  const version = await readK6(k6).catch(() => undefined);
  return {
    ...(version !== undefined && { k6: version }),
    ...(addresses !== undefined && (await readServerVersions(addresses, servers))),
  };
}

/** Versions reported by servers that run; unavailable ones are omitted. */
export async function readServerVersions(
  addresses: ServerAddresses,
  servers: readonly ServerName[],
): Promise<Record<string, string>> {
  const readings = servers.map((name) => [name, VERSION_READERS[name](addresses)] as const);
  const entries = await Promise.all(
    readings.map(async ([name, version]) => [name, await version.catch(() => undefined)] as const),
  );
  return Object.fromEntries(
    entries.flatMap(([name, version]) => (version === undefined ? [] : [[name, version]])),
  );
}

async function readK6(k6: string): Promise<string | undefined> {
  return /v(\d\S*)/.exec((await runCommand(k6, ['version'])).stdout)?.[1];
}
