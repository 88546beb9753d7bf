import type { StoreName } from '@caudal/common/stores';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { Contestant } from '../../../experiments/compare/render-comparison.ts';
import { withIgniteReader } from '../../messages/verify/rows/ignite-reader.ts';
import { schemaOf } from '../../messages/verify/rows/raw-postgresql.ts';
import { identityText } from '../../messages/verify/rows/stored-row.ts';
import { withRows } from '../../messages/verify/rows/with-rows.ts';
import { naiveTable } from '../bench/naive-names.ts';

/** Where a trial wrote. */
export interface Place {
  readonly url: string;
  readonly keyPrefix: string;
}

/** What a trial left in a store, counted by an independent client. */
export interface Left {
  readonly found: number;
  readonly distinct: number;
}

/** What a comparison has to know about a store. */
export interface Contender extends Contestant {
  readonly name: StoreName;
  /** What it keeps of a message, and how that is measured. */
  readonly keeps: string;
  /** Program beside the others in `bench/programs` that awaits a write a message. */
  readonly naiveProgram: string;
  /** How many times as fast as that the lane is meant to be. */
  readonly timesNaive?: number;
  left(place: Place): Promise<Left>;
  leftNaively(place: Place): Promise<Left>;
  /** Bytes that the store keeps: of the lane where it says so, of all its data elsewhere. */
  keptBytes(place: Place): Promise<number>;
  /** Settings that decide how safe and how fast it is. */
  settings(url: string): Promise<Readonly<Record<string, string>>>;
  /** Removes what a trial left. */
  clean(place: Place): Promise<void>;
}

/** Rows, and how many of them are distinct. */
async function countRows(place: Place): Promise<Left> {
  return withRows(place, async (raw) => {
    const identities = new Set<string>();
    let found = 0;
    for await (const row of raw.rows()) {
      found += 1;
      identities.add(identityText(row));
    }
    const counted = Object.values((await raw.counts()).byCountry).reduce((sum, n) => sum + n, 0);
    // A store whose counts are not its rows has neither.
    return { found: counted === found ? found : Number.NaN, distinct: identities.size };
  });
}

async function withSql<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function withResp<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 3 });
  client.on('error', () => undefined);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

async function keysOf(client: Redis, pattern: string): Promise<readonly string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    cursor = next;
    for (const key of found) keys.add(key);
  } while (cursor !== '0');
  return [...keys];
}

/** What stores that speak RESP have in common. */
const RESP: Omit<Contender, 'name' | 'title' | 'seed'> = {
  counts: 'identities',
  keeps: 'counts and one bit a message, in memory',
  naive: 'three LPUSH',
  naiveProgram: 'naive-lists',
  left: ({ url, keyPrefix }) =>
    withResp(url, async (client) => {
      let distinct = 0;
      for (const key of await keysOf(client, `${keyPrefix}seen:p:*`)) distinct += await client.bitcount(key);
      return { found: Number(await client.get(`${keyPrefix}total_messages`)), distinct };
    }),
  leftNaively: ({ url, keyPrefix }) =>
    withResp(url, async (client) => {
      const list = await client.lrange(`${naiveTable(keyPrefix)}:description`, 0, -1);
      return { found: list.length, distinct: new Set(list).size };
    }),
  keptBytes: ({ url }) =>
    withResp(url, async (client) =>
      Number(/^used_memory_dataset:(\d+)/m.exec(await client.info('memory'))?.[1] ?? Number.NaN),
    ),
  settings: (url) =>
    withResp(url, async (client) => {
      const read = async (name: string): Promise<string> =>
        ((await client.config('GET', name)) as string[])[1] ?? '?';
      return { appendonly: await read('appendonly'), appendfsync: await read('appendfsync') };
    }),
  clean: ({ url, keyPrefix }) =>
    withResp(url, async (client) => {
      const keys = [
        ...(await keysOf(client, `${keyPrefix}*`)),
        ...(await keysOf(client, `${naiveTable(keyPrefix)}*`)),
      ];
      for (let from = 0; from < keys.length; from += 1_000)
        await client.del(...keys.slice(from, from + 1_000));
    }),
};

/** The stores, as they are compared. The seed's figures are of its 50,000 messages. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'valkey', title: 'Valkey', ...RESP },
  { name: 'redis', title: 'Redis', seed: '2:10, 384/s', ...RESP },
  {
    name: 'postgresql',
    title: 'PostgreSQL',
    counts: 'rows',
    keeps: 'counts and a row a message, tables with indexes',
    seed: '4:17, 194/s',
    naive: 'insert, committed on its own',
    naiveProgram: 'naive-postgresql',
    timesNaive: 25,
    left: countRows,
    leftNaively: ({ url, keyPrefix }) =>
      withSql(url, async (client) => {
        const { rows } = await client.query<{ found: string; distinct: string }>(
          `select count(*) as found, count(distinct identity) as distinct from ${naiveTable(keyPrefix)}`,
        );
        return { found: Number(rows[0]?.found), distinct: Number(rows[0]?.distinct) };
      }),
    keptBytes: ({ url, keyPrefix }) =>
      withSql(url, async (client) => {
        const { rows } = await client.query<{ bytes: string }>(
          `select coalesce(sum(pg_total_relation_size(c.oid)), 0) as bytes
             from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = 'r'`,
          [schemaOf(keyPrefix)],
        );
        return Number(rows[0]?.bytes);
      }),
    settings: (url) =>
      withSql(url, async (client) => {
        const names = ['fsync', 'synchronous_commit', 'wal_sync_method', 'full_page_writes'];
        const { rows } = await client.query<{ name: string; setting: string }>(
          'select name, setting from pg_settings where name = any ($1) order by name',
          [names],
        );
        return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
      }),
    clean: ({ url, keyPrefix }) =>
      withSql(url, async (client) => {
        await client.query(`drop schema if exists ${schemaOf(keyPrefix)} cascade`);
        await client.query(`drop table if exists ${naiveTable(keyPrefix)}`);
      }),
  },
  {
    name: 'ignite',
    title: 'Ignite',
    counts: 'rows',
    keeps: 'counts and an entry a message, pages of all partitions',
    seed: '3:29, 239/s',
    naive: 'put',
    naiveProgram: 'naive-ignite',
    timesNaive: 10,
    left: countRows,
    leftNaively: ({ url, keyPrefix }) =>
      withIgniteReader(url, async (client) => {
        const keys: string[] = [];
        for await (const [key] of client.scan(naiveTable(keyPrefix))) keys.push(key);
        return { found: keys.length, distinct: new Set(keys).size };
      }),
    // Of the group of all lanes' caches: there is no other lane here.
    keptBytes: ({ url }) =>
      withIgniteReader(url, async (client) => {
        const [bytes] = await client.query(
          `select value from metrics where name = 'cacheGroups.caudal.TotalAllocatedSize'`,
        );
        return Number(bytes ?? 0);
      }),
    settings: (url) =>
      withIgniteReader(url, async (client) => {
        const read = async (name: string): Promise<string> => {
          const property = `DataStorageConfiguration.${name}`;
          return String(
            (await client.query(`select value from configuration where name = '${property}'`))[0],
          );
        };
        return {
          walMode: await read('WalMode'),
          'checkpoint every': `${await read('CheckpointFrequency')} ms`,
        };
      }),
    clean: ({ url, keyPrefix }) =>
      withIgniteReader(url, async (client) => {
        const names = await client.names();
        const own = [schemaOf(keyPrefix), naiveTable(keyPrefix)];
        for (const name of names)
          if (own.some((prefix) => name === prefix || name.startsWith(`${prefix}_`)))
            await client.destroy(name);
      }),
  },
];
