import { AppError } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { Database, type DatabaseClient, type PostgresqlSettings } from '@caudal/common/postgresql';
import { ImportError } from './import-error.ts';

/** How {@link withDatabase} connects. */
export interface DatabaseUse {
  /** Of the owner. */
  readonly settings: PostgresqlSettings;
  readonly logger: Logger;
  /** Time to wait for a server that does not answer. Default: as long as it takes. */
  readonly patienceMs?: number | undefined;
  /** Runs before the work. */
  prepare(client: DatabaseClient): Promise<void>;
}

/**
 * Lends a connection to a piece of work, and ends it then.
 * @throws AppError `STORE_UNAVAILABLE`, retriable, if there is no server in time or the connection is lost; what the work throws
 */
export async function withDatabase<T>(
  { settings, logger, patienceMs, prepare }: DatabaseUse,
  work: (client: DatabaseClient) => Promise<T>,
): Promise<T> {
  const database = new Database({
    name: 'postgresql',
    settings: { ...settings, poolSize: 1 },
    logger,
    prepare,
  });
  let reason: string | undefined;
  const giveUp =
    patienceMs === undefined
      ? undefined
      : setTimeout(() => {
          reason = database.unreadyReason() ?? 'no answer';
          void database.close();
        }, patienceMs);
  try {
    await database.connect().catch((error: unknown) => {
      throw reason === undefined
        ? error
        : new AppError('STORE_UNAVAILABLE', `postgresql: ${reason}`, { retriable: true, cause: error });
    });
    clearTimeout(giveUp);
    return await lend(database, work);
  } finally {
    clearTimeout(giveUp);
    await database.close();
  }
}

/** Lends a connection. An error of the import is none of the database, and a connection that is lost between statements says why. */
async function lend<T>(database: Database, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  let lost: Error | undefined;
  const onLost = (error: Error): void => {
    lost ??= error;
  };
  const outcome = await database
    .run(async (client) => {
      client.on('error', onLost);
      try {
        return { result: await work(client) };
      } catch (error) {
        if (error instanceof ImportError) return { error };
        throw error;
      } finally {
        client.off('error', onLost);
      }
    })
    .catch((error: unknown) => {
      throw lost === undefined
        ? error
        : new AppError('STORE_UNAVAILABLE', `postgresql: ${lost.message}`, { retriable: true, cause: error });
    });
  if ('error' in outcome) throw outcome.error;
  return outcome.result;
}
