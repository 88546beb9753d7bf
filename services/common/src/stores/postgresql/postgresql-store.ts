import { escapeIdentifier } from 'pg';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { LogState } from '../../messaging/ports.ts';
import {
  checkMigrations,
  Database,
  type DatabaseClient,
  sqlstateOf,
  transaction,
} from '../../postgresql/index.ts';
import type { ApplyResult, CountStore, StoreBatch, StoreTotals } from '../ports.ts';
import { DEFAULT_KEY_RETENTION_HOURS, type StoreSettings } from '../settings.ts';
import { batchArguments } from './batch-arguments.ts';
import { laneSchema, makeLaneSchema } from './schema.ts';

const NAME = 'postgresql';

/** SQLSTATE of `apply_batch`: a position is not where the batch expected it. */
const MOVED = 'CA001';

/** Time between two looks for expired messages, ms. */
const EXPIRY_INTERVAL_MS = 60_000;

/** A count of millions of rows takes longer than a batch may. */
const AUDIT_TIMEOUT_MS = 10 * 60_000;

/** PostgreSQL by pg: a row a message, in {@link file://./migrations/0001-messages.sql}. */
export function createPostgresqlStore(settings: StoreSettings, logger: Logger): CountStore {
  const { keyPrefix, schema: whoMakesSchema = 'create' } = settings;
  const keyDays = Math.ceil((settings.keyRetentionHours ?? DEFAULT_KEY_RETENTION_HOURS) / 24);
  const laneTables = laneSchema(keyPrefix);
  const schema = escapeIdentifier(laneTables.name);
  const database = new Database({
    name: NAME,
    settings,
    logger,
    prepare: async (client) => {
      if (whoMakesSchema === 'check') return checkMigrations(client, laneTables);
      const applied = await makeLaneSchema(client, keyPrefix, { writers: [], readers: [] });
      if (applied.length > 0)
        logger.info({ store: NAME, schema: laneTables.name, applied }, 'schema created');
    },
  });

  const placeholders = batchArguments({ envelopes: [], positions: [] }, keyDays).map((_, i) => `$${i + 1}`);
  const applyText = `select * from ${schema}.apply_batch(${placeholders.join(', ')})`;

  async function applyBatch(client: DatabaseClient, batch: StoreBatch): Promise<ApplyResult> {
    try {
      const { rows } = await client.query<[country: string, n: string]>({
        text: applyText,
        values: [...batchArguments(batch, keyDays)],
        rowMode: 'array',
      });
      const storedByCountry = toCounts(rows);
      const stored = sumOf(storedByCountry);
      return { kind: 'applied', stored, duplicates: batch.envelopes.length - stored, storedByCountry };
    } catch (error) {
      if (sqlstateOf(error) !== MOVED) throw error;
      return { kind: 'moved', positions: movedPositions((error as { detail?: unknown }).detail) };
    }
  }

  async function logStates(sources: readonly string[]): Promise<Map<string, LogState>> {
    if (sources.length === 0) return new Map();
    const { rows } = await database.run((client) =>
      client.query<{ source: string; next: string | null; marks: string; attempt: string }>(
        `select source, next, marks, attempt from ${schema}.log_position where source = any ($1)`,
        [sources],
      ),
    );
    const found = new Map(rows.map((row) => [row.source, row]));
    return new Map(
      sources.map((source) => {
        const { next = null, marks = '', attempt = '' } = found.get(source) ?? {};
        return [source, { position: next === null ? null : Number(next), marks, attempt }];
      }),
    );
  }

  let nextExpiryAt = 0;
  /** In the background, as many as there are: retention must keep up with what comes in. */
  async function expire(): Promise<void> {
    try {
      for (let gone = -1; gone !== 0; )
        gone = await database.run(async (client) => {
          const { rows } = await client.query<{ gone: string }>(`select ${schema}.expire_messages() as gone`);
          return Number(rows[0]?.gone);
        });
    } catch (error) {
      // The next batch finds out what is wrong with the store; this is tried again after it.
      logger.debug({ store: NAME, reason: errorMessage(error) }, 'expired messages were not deleted');
    }
  }

  return {
    name: NAME,
    connect: () => database.connect(),
    async apply(batch) {
      const result = await database.run((client) => applyBatch(client, batch));
      if (Date.now() >= nextExpiryAt) {
        nextExpiryAt = Date.now() + EXPIRY_INTERVAL_MS;
        void expire();
      }
      return result;
    },
    async positions(sources) {
      const states = await logStates(sources);
      return new Map([...states].map(([source, { position }]) => [source, position]));
    },
    logStates,
    async noteAttempt(source, attempt) {
      await database.run((client) =>
        client.query(`select ${schema}.note_attempt($1, $2)`, [source, attempt]),
      );
    },
    async totals() {
      // One statement sees one moment.
      const { rows } = await database.run((client) =>
        client.query<[kind: string, label: string, n: string]>({
          text: `select 'country', country, sum(n) from ${schema}.country_count group by country
            union all select 'weather', weather_class, sum(n) from ${schema}.weather_count group by weather_class`,
          rowMode: 'array',
        }),
      );
      const countsOf = (wanted: string): ReadonlyMap<string, number> =>
        toCounts(rows.flatMap(([kind, label, n]) => (kind === wanted ? [[label, n] as const] : [])));
      const byCountry = countsOf('country');
      return {
        total: sumOf(byCountry),
        byCountry: Object.fromEntries(byCountry),
        byWeather: Object.fromEntries(countsOf('weather')),
      } satisfies StoreTotals;
    },
    async identities() {
      const query = { text: `select count(*) as n from ${schema}.message`, query_timeout: AUDIT_TIMEOUT_MS };
      const { rows } = await database.run((client) =>
        transaction(client, async () => {
          await client.query(`set local statement_timeout = ${AUDIT_TIMEOUT_MS}`);
          return client.query<{ n: string }>(query);
        }),
      );
      return Number(rows[0]?.n);
    },
    async expiryMark() {
      try {
        const { rows } = await database.run((client) =>
          client.query<{ n: string }>(`select n from ${schema}.expired`),
        );
        return rows[0]?.n ?? null;
      } catch (error) {
        if (error instanceof AppError && sqlstateOf(error.cause) === '42501') return null;
        throw error;
      }
    },
    isReady: () => database.isReady(),
    unreadyReason: () => database.unreadyReason(),
    onReconnected: (listener) => database.onReconnected(listener),
    close: () => database.close(),
  };
}

function toCounts(rows: readonly (readonly [label: string, n: string])[]): ReadonlyMap<string, number> {
  return new Map(rows.map(([label, n]) => [label, Number(n)]));
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, n) => sum + n, 0);
}

/** Reads the detail of {@link MOVED}. */
function movedPositions(detail: unknown): ReadonlyMap<string, number | null> {
  return new Map(Object.entries(JSON.parse(String(detail)) as Record<string, number | null>));
}
