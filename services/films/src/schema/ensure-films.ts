import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@caudal/common/logging';
import type { DatabaseClient, PostgresqlSettings } from '@caudal/common/postgresql';
import type { FilmSource } from '../data/film-source.ts';
import { committedFilms } from '../data/film-sources.ts';
import { ImportRunningError } from '../data/import-error.ts';
import { type ImportProgress, importFilms } from '../data/import-films.ts';
import { withDatabase } from '../data/with-database.ts';
import { migrateFilms } from './create-schema.ts';

/** Which films are to be there. */
export interface EnsureOptions {
  readonly apiRole: string;
  /** Default: the committed films. */
  readonly source?: FilmSource | undefined;
  /** What to do where films of another source are there: import these instead, or keep what is there. Default: import. */
  readonly others?: 'replace' | 'keep' | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** Time between two looks at whether another import has ended. */
const RETRY_MS = 500;

/**
 * Makes the schema, and imports films where there are none or those of another source; waits for a server that is not up yet, and for an
 * import that another process has begun.
 *
 * @param settings of the owner of the database
 * @throws AppError `STORE_REJECTED` as `createFilmsSchema`; `STORE_UNAVAILABLE` if the connection is lost; FilmsFileError of the source
 */
export async function ensureFilms(
  settings: PostgresqlSettings,
  { apiRole, source = committedFilms(), others = 'replace', onProgress }: EnsureOptions,
  logger: Logger,
): Promise<void> {
  const ensureOnce = async (client: DatabaseClient): Promise<'there' | 'busy'> => {
    const there = await currentSource(client);
    if (there === source.name || (there !== undefined && others === 'keep')) return 'there';
    logger.info({ source: source.name, instead: there }, 'importing films');
    try {
      const imported = await importFilms(client, { source, apiRole, onProgress });
      logger.info({ source: source.name, ...imported }, 'films imported');
    } catch (error) {
      if (error instanceof ImportRunningError) return 'busy';
      throw error;
    }
    return 'there';
  };
  const prepare = (client: DatabaseClient): Promise<void> => migrateFilms(client, apiRole, logger);
  while ((await withDatabase({ settings, logger, prepare }, ensureOnce)) === 'busy') await sleep(RETRY_MS);
}

async function currentSource(client: DatabaseClient): Promise<string | undefined> {
  const { rows } = await client.query<{ readonly source: string }>(
    `select source from films.version where state = 'current'`,
  );
  return rows[0]?.source;
}
