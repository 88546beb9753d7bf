import { AppError } from '@caudal/common/errors';
import { type DatabaseClient, transaction } from '@caudal/common/postgresql';
import { batchesOf } from './batches.ts';
import type { FilmSource } from './film-source.ts';
import { FilmsFileError, ImportRunningError } from './import-error.ts';
import { BATCH_FILMS, insertFilms } from './load-films.ts';
import { People } from './load-people.ts';
import { loadWords } from './load-words.ts';
import { PATIENCE_MS } from './statements.ts';
import { createVersionSchema, dropVersionSchema, indexVersion } from './version-schema.ts';

/** What an import is doing; films are read and written first, and are visible when all is done. */
export interface ImportProgress {
  readonly step: 'films' | 'people' | 'words' | 'indexes';
  /** Films that are written. */
  readonly films: number;
}

/** How films are imported. */
export interface ImportOptions {
  readonly source: FilmSource;
  /** Role that may read the version. */
  readonly apiRole: string;
  /** Called about once a second. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** A version that searches find films in. */
export interface ImportedVersion {
  readonly version: number;
  readonly films: number;
  readonly people: number;
}

const PROGRESS_MS = 1_000;

/**
 * Imports films as a new version: searches find the films of the version before until all of these are there, and all of them then.
 * What an earlier import has left behind is dropped first. The connection is to be used for nothing else, and to be ended then.
 *
 * @throws ImportRunningError; FilmsFileError of the source, or if it has no films; the driver's error. Nothing has changed for
 * searches then, but for an error of the connection at the very end: the outcome is unknown
 */
export async function importFilms(client: DatabaseClient, options: ImportOptions): Promise<ImportedVersion> {
  await lock(client);
  await dropUnfinished(client);
  const version = await beginVersion(client, options.source.name);
  try {
    await createVersionSchema(client, version, options.apiRole);
    const loaded = await load(client, options);
    await publish(client, { version, ...loaded });
    return { version, ...loaded };
  } catch (error) {
    // Where this fails too, the next import does it.
    await dropUnfinished(client).catch(() => undefined);
    throw error;
  }
}

/** Keeps other imports away for as long as the session lasts, which ends soon after its process does. */
async function lock(client: DatabaseClient): Promise<void> {
  await client.query(`set statement_timeout = ${PATIENCE_MS}; set client_connection_check_interval = '1s'`);
  const { rows } = await client.query<{ readonly locked: boolean }>(
    `select pg_try_advisory_lock(hashtextextended('films import', 0)) as locked`,
  );
  if (rows[0]?.locked !== true) throw new ImportRunningError();
}

/** Drops what imports have left that did not end. */
async function dropUnfinished(client: DatabaseClient): Promise<void> {
  const { rows } = await client.query<{ readonly id: number }>(
    `select id from films.version where state = 'loading' order by id`,
  );
  for (const { id } of rows)
    await transaction(client, async () => {
      await dropVersionSchema(client, id);
      await client.query('delete from films.version where id = $1', [id]);
    });
}

async function beginVersion(client: DatabaseClient, source: string): Promise<number> {
  const { rows } = await client.query<{ readonly id: number }>(
    `insert into films.version (state, source) values ('loading', $1) returning id`,
    [source],
  );
  const [row] = rows;
  if (row === undefined) throw new AppError('STORE_REJECTED', 'no version was made');
  return row.id;
}

async function load(
  client: DatabaseClient,
  { source, onProgress = () => undefined }: ImportOptions,
): Promise<Omit<ImportedVersion, 'version'>> {
  const people = new People();
  let progress: ImportProgress = { step: 'films', films: 0 };
  const timer = setInterval(() => onProgress(progress), PROGRESS_MS);
  const begin = (step: ImportProgress['step']): void => {
    progress = { ...progress, step };
  };
  try {
    for await (const batch of batchesOf(source.films(), BATCH_FILMS)) {
      for (const film of batch) people.add(film);
      await insertFilms(client, batch, progress.films + 1);
      progress = { ...progress, films: progress.films + batch.length };
    }
    if (progress.films === 0) throw new FilmsFileError(`${source.name}: no films`);
    begin('people');
    await people.insert(client);
    begin('words');
    await loadWords(client);
    begin('indexes');
    await indexVersion(client);
    return { films: progress.films, people: people.size };
  } finally {
    clearInterval(timer);
  }
}

/** Makes a version current, and drops those that are not kept, in one transaction. */
function publish(client: DatabaseClient, { version, films, people }: ImportedVersion): Promise<void> {
  return transaction(client, async () => {
    await client.query('update films.version set films = $2, people = $3 where id = $1', [
      version,
      films,
      people,
    ]);
    const { rows } = await client.query<{ readonly id: number }>('select films.publish($1) as id', [version]);
    for (const { id } of rows) await dropVersionSchema(client, id);
  });
}
