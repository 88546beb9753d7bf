import { Writable } from 'node:stream';
import { type Client, escapeIdentifier } from 'pg';
import { pino } from 'pino';
import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Logger } from '../../../src/logging.ts';
import { type CountStore, createStore, type StoreSettings } from '../../../src/stores/index.ts';
import { schemaNameOf } from '../../../src/stores/schema-name.ts';
import { connectClient, uniqueName } from '../../support/index.ts';
import type { StoredRow } from '../row-store.conformance.ts';

/** A schema of its own on the real server, seen through clients that share no code with the store. */
export interface PostgresqlBed {
  readonly keyPrefix: string;
  /** Name of the schema, quoted. */
  readonly schema: string;
  /** As the owner of the schema. */
  readonly owner: Client;
  /** As the superuser. */
  readonly admin: Client;
  settings(overrides?: Partial<StoreSettings>): StoreSettings;
  /** Creates a store, without connecting. */
  create(overrides?: Partial<StoreSettings>, logger?: Logger): Promise<CountStore>;
  /** Creates and connects one; `close` closes it. */
  open(overrides?: Partial<StoreSettings>, logger?: Logger): Promise<CountStore>;
  rows(): Promise<readonly StoredRow[]>;
  close(): Promise<void>;
}

const silent = pino({ level: 'silent' });

/** Opens a bed; its clients survive a restart of the server only if the caller reconnects them. */
export async function openBed(servers: Servers): Promise<PostgresqlBed> {
  const keyPrefix = `${uniqueName()}:`;
  const schema = escapeIdentifier(schemaNameOf(keyPrefix));
  const { url, adminUrl } = servers.addresses.postgresql;
  const [owner, admin] = [await connectClient(url), await connectClient(adminUrl)];
  const stores: CountStore[] = [];
  const bed: PostgresqlBed = {
    keyPrefix,
    schema,
    owner,
    admin,
    settings: (overrides = {}) => ({
      clientName: 'test',
      url,
      ca: undefined,
      keyPrefix,
      commandTimeoutMs: 2_000,
      ...overrides,
    }),
    async create(overrides, logger = silent) {
      const store = await createStore('postgresql', bed.settings(overrides), logger);
      stores.push(store);
      return store;
    },
    async open(overrides, logger) {
      const store = await bed.create(overrides, logger);
      await store.connect();
      return store;
    },
    async rows() {
      const { rows } = await owner.query<StoredRow>(
        `select scope, sequence::float8, country, weather, description,
           extract(epoch from accepted_at)::float8 * 1000 as "acceptedAt",
           extract(epoch from stored_at)::float8 * 1000 as "storedAt" from ${schema}.message`,
      );
      return rows.map((row) => ({
        ...row,
        acceptedAt: Math.round(row.acceptedAt),
        storedAt: Math.round(row.storedAt),
      }));
    },
    async close() {
      for (const store of stores) await store.close();
      await Promise.all([owner.end(), admin.end()]);
    },
  };
  return bed;
}

/** A logger whose warnings are kept. */
export function warningsOf(): { readonly logger: Logger; readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const line = JSON.parse(chunk.toString()) as { reason?: string; level: number };
      if (line.level >= 40) reasons.push(line.reason ?? '');
      done();
    },
  });
  return { logger: pino({ level: 'info' }, sink), reasons };
}
