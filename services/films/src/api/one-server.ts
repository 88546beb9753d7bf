import { AppError } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { Database, type PostgresqlSettings } from '@caudal/common/postgresql';
import { type FilmReader, VersionGoneError } from '../replicas/film-reader.ts';
import type { VersionReader } from '../search/results.ts';

/** Reads films from one server: stands in for the router over replicas. */
export function createOneServer(
  settings: PostgresqlSettings,
  logger: Logger,
): FilmReader & { start(): void; close(): Promise<void> } {
  const database = new Database({ name: 'primary', settings, logger, prepare: async () => undefined });
  let current: number | undefined;
  const readCurrent = (): Promise<number> =>
    database.run(async (client) => {
      const { rows } = await client.query<{ id: number }>(
        `select id from films.version where state = 'current'`,
      );
      const [found] = rows;
      if (found === undefined)
        throw new AppError('STORE_UNAVAILABLE', 'there are no films yet', { retriable: true });
      current = found.id;
      return found.id;
    });
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      void database.connect().catch(() => undefined);
      timer = setInterval(() => void readCurrent().catch(() => undefined), 250);
    },
    async close() {
      clearInterval(timer);
      await database.close();
    },
    isReady: () => current !== undefined && database.isReady(),
    currentVersion: () => current,
    async read({ at, work }) {
      const version = at ?? (await readCurrent());
      const reading = await database.run(async (client) => {
        const { rowCount } = await client.query(
          `select from films.version where id = $1 and state in ('current', 'previous')`,
          [version],
        );
        if (rowCount === 0) return undefined;
        const reader: VersionReader = {
          version,
          query: async <Row>(statement: { readonly text: string; readonly values: readonly unknown[] }) =>
            (await client.query(statement.text, [...statement.values])).rows as readonly Row[],
        };
        return { server: 'primary' as const, version, result: await work(reader) };
      });
      // Outside: the database takes an error that is not its own for a lost connection.
      if (reading === undefined) throw new VersionGoneError(version);
      return reading;
    },
  };
}
