import { Client } from 'pg';
import type { RawRows, RowCounts, StoredRow } from './stored-row.ts';

const ROWS_A_TIME = 5_000;
const TIMEOUT_MS = 30_000;

/** A lane's schema: independent of the services' code, so that an error there shows. */
export function schemaOf(keyPrefix: string): string {
  return keyPrefix === '' ? 'caudal' : `caudal_${keyPrefix.slice(0, -1).replaceAll(/[^a-z0-9]/g, '_')}`;
}

/**
 * Connects to PostgreSQL, calls `work` with a lane's tables, and disconnects. Rejects with the driver's error when it does not
 * answer or has no such schema.
 */
export async function withPostgresqlRows<T>(
  { url, keyPrefix }: { readonly url: string; readonly keyPrefix: string },
  work: (rows: RawRows) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'caudal-verify',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(rawRows(client, schemaOf(keyPrefix)));
  } finally {
    await client.end();
  }
}

interface RowOfMessage extends Pick<StoredRow, 'scope' | 'country' | 'weather' | 'description'> {
  readonly sequence: string;
  readonly accepted_at: string;
}

function rawRows(client: Client, schema: string): RawRows {
  const numbers = async (text: string): Promise<Record<string, number>> => {
    const { rows } = await client.query<{ name: string; n: string }>(text);
    return Object.fromEntries(rows.map(({ name, n }) => [name, Number(n)]));
  };
  return {
    means: 'SQL',
    async *rows() {
      // One snapshot of all rows, without holding all of them.
      await client.query('begin transaction isolation level repeatable read, read only');
      try {
        // The console's role may not.
        const { rows: rights } = await client.query<{ readable: boolean }>(
          `select has_column_privilege('${schema}.message', 'description', 'select') as readable`,
        );
        const texts =
          rights[0]?.readable === true
            ? 'weather, description'
            : 'weather_class as weather, null as description';
        await client.query(
          `declare every_row no scroll cursor for
             select scope, sequence, country, ${texts}, extract(epoch from accepted_at) * 1000 as accepted_at
             from ${schema}.message`,
        );
        for (;;) {
          const { rows } = await client.query<RowOfMessage>(`fetch ${ROWS_A_TIME} from every_row`);
          yield* rows.map(
            ({ sequence, accepted_at, ...row }): StoredRow => ({
              ...row,
              sequence: Number(sequence),
              acceptedAt: Math.round(Number(accepted_at)),
            }),
          );
          if (rows.length < ROWS_A_TIME) return;
        }
      } finally {
        await client.query('rollback');
      }
    },
    async counts(): Promise<RowCounts> {
      const expired = await client.query<{ n: string }>(`select n from ${schema}.expired`);
      return {
        byCountry: await numbers(
          `select country as name, sum(n) as n from ${schema}.country_count group by country`,
        ),
        byWeather: await numbers(
          `select weather_class as name, sum(n) as n from ${schema}.weather_count group by weather_class`,
        ),
        expired: Number(expired.rows[0]?.n ?? 0),
      };
    },
    async positions() {
      return new Map(
        Object.entries(
          await numbers(
            `select source as name, next as n from ${schema}.log_position where next is not null`,
          ),
        ),
      );
    },
    async insert({ scope, sequence, country, weather, description, acceptedAt }) {
      await client.query(
        `insert into ${schema}.message
           (scope, sequence, country, weather, weather_class, description, accepted_at, expires_on)
           values ($1, $2, $3, $4, 'other', $5, to_timestamp($6::double precision / 1000), current_date + 4)`,
        [scope, sequence, country, weather, description, acceptedAt],
      );
    },
    async remove({ scope, sequence }) {
      const { rowCount } = await client.query(
        `delete from ${schema}.message where scope = $1 and sequence = $2`,
        [scope, sequence],
      );
      if (rowCount !== 1) throw new Error(`${scope}:${sequence} has ${rowCount} rows`);
    },
    async addToCounts(country, weather, n) {
      // Any slot: they are summed.
      await client.query(
        `insert into ${schema}.country_count as c (slot, country, n) values (0, $1, $2)
           on conflict (slot, country) do update set n = c.n + excluded.n`,
        [country, n],
      );
      await client.query(
        `insert into ${schema}.weather_count as c (slot, weather_class, n) values (0, $1, $2)
           on conflict (slot, weather_class) do update set n = c.n + excluded.n`,
        [weather, n],
      );
    },
    async setPosition(source, next) {
      await client.query(
        `insert into ${schema}.log_position as p (source, next) values ($1, $2)
           on conflict (source) do update set next = excluded.next`,
        [source, next],
      );
    },
    async clear() {
      const tables = ['message', 'country_count', 'weather_count', 'log_position'];
      await client.query(`truncate ${tables.map((name) => `${schema}.${name}`).join(', ')}`);
    },
    async drop() {
      await client.query(`drop schema if exists ${schema} cascade`);
    },
  };
}
