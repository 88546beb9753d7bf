import { CACHE_GROUP, type CacheNames } from './ignite-layout.ts';
import { cacheNames, getOrCreateCache, isTransactional } from './thin-client/cache-configuration.ts';
import { activateCluster, clusterState } from './thin-client/cluster.ts';
import type { Connection } from './thin-client/connection.ts';
import { IgniteError } from './thin-client/ignite-error.ts';

/** Time for activation, or for a cache to be made: every server takes part, and its first start may be slow. */
const CHANGE_TIMEOUT_MS = 60_000;

/** What a lane needs of the cluster. */
export interface CacheRequirements {
  readonly names: CacheNames;
  /** Whether to activate the cluster and create caches, or to wait until another service has. */
  readonly schema: 'create' | 'check';
  readonly backups: number;
  /** How long messages, and with them their identities, are kept. */
  readonly keepMs: number;
}

/**
 * Makes sure that the cluster is active and that a lane's caches exist and take part in transactions. Any number of services may
 * do so at the same time.
 *
 * @throws IgniteError that says what is missing and who can change it
 */
export async function prepareCaches(
  connection: Connection,
  { names, schema, backups, keepMs }: CacheRequirements,
): Promise<void> {
  if ((await clusterState(connection)) === 'inactive') {
    if (schema === 'check')
      throw new IgniteError(
        'server',
        'the cluster is inactive; a service with STORE_SCHEMA=create, or control.sh --set-state ACTIVE, activates it',
      );
    await activateCluster(connection, CHANGE_TIMEOUT_MS);
  }
  const existing = new Set(await cacheNames(connection));
  const missing = Object.values(names).filter((name) => !existing.has(name));
  if (missing.length > 0 && schema === 'check')
    throw new IgniteError(
      'server',
      `there is no cache ${missing.join(', ')}; a service with STORE_SCHEMA=create makes it`,
    );
  for (const name of missing)
    await getOrCreateCache(
      connection,
      { name, group: CACHE_GROUP, backups, keepMs: name === names.messages ? keepMs : undefined },
      CHANGE_TIMEOUT_MS,
    );
  for (const name of Object.values(names))
    if (!(await isTransactional(connection, name)))
      throw new IgniteError(
        'server',
        `the cache ${name} is atomic, not transactional; destroy it, or set another STORE_KEY_PREFIX`,
      );
}
