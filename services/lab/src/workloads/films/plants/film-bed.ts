import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { csvFilms } from '@caudal/films/data/film-sources';
import { importFilms } from '@caudal/films/data/import-films';
import { withDatabase } from '@caudal/films/data/with-database';
import { createFilmsSchema, DEFAULT_API_ROLE } from '@caudal/films/schema';
import { escapeIdentifier } from 'pg';
import { waitUntil } from '../../../../../../tools/lib/wait-until.ts';
import type { ServerAddresses } from '../../../../../../tools/servers/servers.ts';
import type { Variables } from '../../../stack/service-spec.ts';
import { startStack } from '../../../stack/stack.ts';
import { API, filmsServices, ownerSettings, REPLICA_SERVERS } from '../services.ts';
import { createOracle, type Oracle } from '../verify/oracle/oracle.ts';
import type { TrueFilm } from '../verify/oracle/read-films-file.ts';
import { askFilms } from './ask-films.ts';
import { plantedFilm, questionsAbout, writePlantedFilms } from './planted-films.ts';
import { read } from './sql.ts';

/** An API over films in a database of their own, with its replicas. */
export interface FilmBed {
  /** Of the servers, with the films in this database. */
  readonly addresses: ServerAddresses;
  /** Of the API. */
  readonly url: string;
  /** What questions are about. */
  readonly film: TrueFilm;
  readonly questions: readonly string[];
  readonly oracle: Oracle;
  /** Imports the films once more, as a new version. */
  importAgain(): Promise<number>;
  /** Waits until both replicas have everything that the primary has. */
  untilReplayed(): Promise<void>;
  /** Waits until the API answers from a version. */
  untilAnswered(version: number): Promise<void>;
}

/** How {@link withFilmBed} makes one. */
export interface FilmBedOptions {
  readonly addresses: ServerAddresses;
  /** Logs and the file of the films are in a folder of it that is removed. */
  readonly stateDirectory: string;
  /** Settings of the API. */
  readonly settings?: Variables;
  /** Program instead of the API's. */
  readonly program?: string;
}

const TIMEOUT_MS = 60_000;

/** Makes a database, imports some films into it by the importer, runs an API on it, and removes all of it after the work. */
export async function withFilmBed<Result>(
  options: FilmBedOptions,
  work: (bed: FilmBed) => Promise<Result>,
): Promise<Result> {
  const scratch = `films_bed_${randomBytes(3).toString('hex')}`;
  const addresses = withDatabaseName(options.addresses, scratch);
  const { adminUrl } = addresses.postgresql;
  const directory = join(options.stateDirectory, scratch);
  const file = join(directory, 'films.csv');
  await mkdir(directory, { recursive: true });
  try {
    const films = await writePlantedFilms(file);
    const film = plantedFilm(films);
    await makeDatabase(addresses, scratch);
    const importAgain = (): Promise<number> => importFile(addresses, file);
    await importAgain();
    const { settings, program } = options;
    const stack = await startStack({
      addresses,
      services: filmsServices({ processes: 1, settings }).map(({ setUp: _, ...service }) => ({
        ...service,
        program: program ?? service.program,
      })),
      stateDirectory: directory,
      onEvent: () => undefined,
    });
    try {
      const url = stack.url(API);
      return await work({
        addresses,
        url,
        film,
        questions: questionsAbout(film),
        oracle: createOracle(films),
        importAgain,
        untilReplayed: () => untilReplayed(addresses),
        untilAnswered: (version) => untilAnswered(url, version),
      });
    } finally {
      await stack.stop();
    }
  } finally {
    await read(adminUrl, `drop database if exists ${escapeIdentifier(scratch)} with (force)`);
    await rm(directory, { recursive: true, force: true });
  }
}

async function importFile({ postgresql }: ServerAddresses, file: string): Promise<number> {
  const { version } = await withDatabase(
    {
      settings: ownerSettings(postgresql.films.ownerUrl),
      logger: createLogger('film-bed', 'error'),
      prepare: () => Promise.resolve(),
    },
    (client) =>
      importFilms(client, { source: csvFilms(file, { badLines: 'refuse' }), apiRole: DEFAULT_API_ROLE }),
  );
  return version;
}

async function untilReplayed(addresses: ServerAddresses): Promise<void> {
  const [position] = await read<{ lsn: string }>(
    addresses.postgresql.adminUrl,
    'select pg_current_wal_lsn()::text as lsn',
  );
  for (const name of REPLICA_SERVERS) {
    const isThere = async (): Promise<boolean> => {
      const [there] = await read<{ there: boolean }>(
        addresses[name].adminUrl,
        'select pg_last_wal_replay_lsn() >= $1::pg_lsn as there',
        [position?.lsn],
      );
      return there?.there === true;
    };
    if (!(await waitUntil(isThere, { timeoutMs: TIMEOUT_MS })))
      throw new Error(`${name} does not follow its primary`);
  }
}

async function untilAnswered(url: string, version: number): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const [line] = await askFilms(url, ['/films']);
    return line?.version === version;
  };
  if (!(await waitUntil(isThere, { timeoutMs: TIMEOUT_MS })))
    throw new Error(`the films API does not answer from version ${version}`);
}

async function makeDatabase(addresses: ServerAddresses, name: string): Promise<void> {
  const { ownerUrl } = addresses.postgresql.films;
  const owner = escapeIdentifier(decodeURIComponent(new URL(ownerUrl).username));
  await read(addresses.postgresql.adminUrl, `create database ${escapeIdentifier(name)} owner ${owner}`);
  await createFilmsSchema(
    ownerSettings(ownerUrl),
    { apiRole: DEFAULT_API_ROLE },
    createLogger('film-bed', 'error'),
  );
}

/** The same addresses, with the films in another database. */
function withDatabaseName(addresses: ServerAddresses, name: string): ServerAddresses {
  const inDatabase = (text: string): string => {
    const url = new URL(text);
    url.pathname = `/${name}`;
    return url.href;
  };
  const { films } = addresses.postgresql;
  const replicas = REPLICA_SERVERS.map(
    (replica) =>
      [replica, { ...addresses[replica], filmsApiUrl: inDatabase(addresses[replica].filmsApiUrl) }] as const,
  );
  return {
    ...addresses,
    ...(Object.fromEntries(replicas) as Pick<ServerAddresses, (typeof REPLICA_SERVERS)[number]>),
    postgresql: {
      ...addresses.postgresql,
      films: { ownerUrl: inDatabase(films.ownerUrl), apiUrl: inDatabase(films.apiUrl) },
    },
  };
}
