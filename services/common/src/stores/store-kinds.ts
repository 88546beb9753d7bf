import type { Logger } from '../logging.ts';
import { problemOfUrl } from '../postgresql/settings.ts';
import { problemOfIgniteUrl } from './ignite/ignite-settings.ts';
import type { CountStore } from './ports.ts';
import type { StoreSettings } from './settings.ts';

/** What the services have to know about a store. */
interface StoreKind {
  /** Its name in sentences. */
  readonly title: string;
  /** Schemes of its URLs. */
  readonly urlSchemes: readonly string[];
  /** Whether a lane's data is in a schema, or in caches, named after its key prefix. */
  readonly hasSchemas: boolean;
  /** What else is wrong with a URL, as the end of a sentence that begins with it; undefined if nothing is. */
  problemOfUrl?(url: URL): string | undefined;
  /** Creates it, without connecting; the driver is loaded on first use. */
  create(settings: StoreSettings, logger: Logger): Promise<CountStore>;
}

const KINDS = {
  valkey: {
    title: 'Valkey',
    urlSchemes: ['redis', 'rediss'],
    hasSchemas: false,
    create: async (settings, logger) =>
      (await import('./valkey-store.ts')).createValkeyStore(settings, logger),
  },
  redis: {
    title: 'Redis',
    urlSchemes: ['redis', 'rediss'],
    hasSchemas: false,
    create: async (settings, logger) => (await import('./redis-store.ts')).createRedisStore(settings, logger),
  },
  postgresql: {
    title: 'PostgreSQL',
    urlSchemes: ['postgresql', 'postgres'],
    hasSchemas: true,
    problemOfUrl,
    create: async (settings, logger) =>
      (await import('./postgresql/postgresql-store.ts')).createPostgresqlStore(settings, logger),
  },
  ignite: {
    title: 'Ignite',
    urlSchemes: ['ignite', 'ignites'],
    hasSchemas: true,
    problemOfUrl: problemOfIgniteUrl,
    create: async (settings, logger) =>
      (await import('./ignite/ignite-store.ts')).createIgniteStore(settings, logger),
  },
} as const satisfies Readonly<Record<string, StoreKind>>;

/** Name of a store that lanes can write to. */
export type StoreName = keyof typeof KINDS;

/** The stores, by name: the only list of them. */
export const STORES: Readonly<Record<StoreName, StoreKind>> = KINDS;

/** Names of all stores. */
export const STORE_NAMES = Object.keys(STORES) as readonly StoreName[];

/** Whether there is a store of this name. */
export function isStoreName(name: string | undefined): name is StoreName {
  return name !== undefined && Object.hasOwn(STORES, name);
}

/** Creates a store, without connecting. */
export function createStore(name: StoreName, settings: StoreSettings, logger: Logger): Promise<CountStore> {
  return STORES[name].create(settings, logger);
}
