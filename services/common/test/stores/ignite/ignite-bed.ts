import { randomUUID } from 'node:crypto';
import type { Servers } from '../../../../../tools/servers/servers.ts';
import { createLogger, type Logger } from '../../../src/logging.ts';
import { type CacheNames, cacheNamesOf } from '../../../src/stores/ignite/ignite-layout.ts';
import { igniteSettings } from '../../../src/stores/ignite/ignite-settings.ts';
import { cacheNames, destroyCache } from '../../../src/stores/ignite/thin-client/cache-configuration.ts';
import { Cache } from '../../../src/stores/ignite/thin-client/caches.ts';
import { type Connection, openConnection } from '../../../src/stores/ignite/thin-client/connection.ts';
import { type CountStore, createStore, type StoreSettings } from '../../../src/stores/index.ts';
import type { StoredRow } from '../row-store.conformance.ts';

/** A lane's place in a real Ignite, for tests. */
export interface IgniteBed {
  readonly settings: StoreSettings;
  readonly names: CacheNames;
  /** Creates a store of this lane and connects it. */
  open(overrides?: Partial<StoreSettings>): Promise<CountStore>;
  /** Creates one without connecting it. */
  create(overrides?: Partial<StoreSettings>, logger?: Logger): Promise<CountStore>;
  /** Opens a connection of the test's own. */
  probe(): Promise<Connection>;
  /** Reads the rows by a scan. */
  rows(): Promise<readonly StoredRow[]>;
  /** Closes what was opened here and destroys the caches. */
  remove(): Promise<void>;
}

/** Makes a place of its own for a test. */
export function createIgniteBed(servers: Servers): IgniteBed {
  const settings: StoreSettings = {
    clientName: 'test',
    url: servers.addresses.ignite.url,
    ca: undefined,
    keyPrefix: `${randomUUID()}:`,
    commandTimeoutMs: 5_000,
  };
  const names = cacheNamesOf(settings.keyPrefix);
  const stores: CountStore[] = [];
  const probes: Connection[] = [];

  const bed: IgniteBed = {
    settings,
    names,
    async create(overrides = {}, logger = createLogger('test', 'silent')) {
      const store = await createStore('ignite', { ...settings, ...overrides }, logger);
      stores.push(store);
      return store;
    },
    async open(overrides) {
      const store = await bed.create(overrides);
      await store.connect();
      return store;
    },
    async probe() {
      // Larger than the stores' own: a test's own questions may wait for their transactions.
      const connection = await openConnection({ ...igniteSettings(settings).connection, timeoutMs: 30_000 });
      probes.push(connection);
      return connection;
    },
    async rows() {
      const rows: StoredRow[] = [];
      const probe = await bed.probe();
      for await (const [key, value] of new Cache(probe, names.messages).scan(500)) {
        const at = key.lastIndexOf(':');
        const row = JSON.parse(value as string) as Omit<StoredRow, 'scope' | 'sequence'>;
        rows.push({ ...row, scope: key.slice(0, at), sequence: Number(key.slice(at + 1)) });
      }
      probe.close();
      return rows;
    },
    async remove() {
      for (const store of stores.splice(0)) await store.close();
      const probe = await bed.probe();
      const existing = await cacheNames(probe);
      for (const name of Object.values(names)) if (existing.includes(name)) await destroyCache(probe, name);
      for (const connection of probes.splice(0)) connection.close();
    },
  };
  return bed;
}
