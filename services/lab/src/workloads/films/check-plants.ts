import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { csvFilms } from '@caudal/films/data/film-sources';
import { importFilms } from '@caudal/films/data/import-films';
import { withDatabase } from '@caudal/films/data/with-database';
import { createFilmsSchema, DEFAULT_API_ROLE } from '@caudal/films/schema';
import { Client, escapeIdentifier } from 'pg';
import { waitUntil } from '../../../../../tools/lib/wait-until.ts';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import { type Stack, startStack } from '../../stack/stack.ts';
import { judge } from './judge.ts';
import { askFilms } from './plants/ask-films.ts';
import { plantedFilm, questionsAbout, writePlantedFilms } from './plants/planted-films.ts';
import { CLEAN, FAULTS, type FilmsPlant, type Ground } from './plants.ts';
import { API, filmsServices, ownerSettings, REPLICA_SERVERS } from './services.ts';
import { judgeFilms } from './verify/judge-films.ts';
import { createOracle, type Oracle } from './verify/oracle/oracle.ts';
import { knownVersions, readVersions } from './verify/read-versions.ts';

const TIMEOUT_MS = 60_000;
/** Everything is read from the database, and a replica stays in however far behind it is. */
const SETTINGS = { CACHE_MIB: '0', REPLICA_MAX_LAG_MS: '3600000' };
/** Both replicas answer some of so many questions: the chance that one does not is one in a thousand million. */
const ROUNDS = 3;

/**
 * Imports films by the importer into a real database of its own with its replicas, runs the API on them, plants each fault, asks about it
 * and has the answers judged: each fault must be reported, and nothing else.
 *
 * @returns deviations by plant; empty for one that was reported correctly
 */
export async function checkFilmsPlants(options: {
  readonly addresses: ServerAddresses;
  readonly stateDirectory: string;
  readonly onEvent: (line: string) => void;
}): Promise<ReadonlyMap<FilmsPlant, readonly string[]>> {
  const scratch = `self_test_${randomBytes(3).toString('hex')}`;
  const addresses = withDatabaseName(options.addresses, scratch);
  const directory = join(options.stateDirectory, scratch);
  const file = join(directory, 'films.csv');
  await mkdir(directory, { recursive: true });
  let stack: Stack | undefined;
  try {
    const films = await writePlantedFilms(file);
    const film = plantedFilm(films);
    await makeDatabase(addresses, scratch);
    await importFile(addresses, file);
    stack = await startStack({
      addresses,
      services: filmsServices({ processes: 1, settings: SETTINGS }).map(({ setUp, ...service }) => service),
      stateDirectory: directory,
      onEvent: () => undefined,
    });
    const bed: Bed = {
      addresses,
      file,
      url: stack.url(API),
      film: film.id,
      questions: questionsAbout(film),
      oracle: createOracle(films),
    };
    const misses = new Map<FilmsPlant, readonly string[]>();
    for (const plant of [CLEAN, ...FAULTS]) {
      misses.set(plant, await missesOf(plant, bed));
      options.onEvent(`planted: ${plant.name}`);
    }
    return misses;
  } finally {
    await stack?.stop();
    await resumeReplicas(addresses);
    await asAdmin(
      addresses.postgresql.adminUrl,
      `drop database if exists ${escapeIdentifier(scratch)} with (force)`,
    );
    await rm(directory, { recursive: true, force: true });
  }
}

interface Bed {
  readonly addresses: ServerAddresses;
  readonly file: string;
  readonly url: string;
  readonly film: string;
  readonly questions: readonly string[];
  readonly oracle: Oracle;
}

/** Deviations from the required report; empty when it is correct. */
async function missesOf(plant: FilmsPlant, bed: Bed): Promise<readonly string[]> {
  const { addresses } = bed;
  const { ownerUrl } = addresses.postgresql.films;
  // Plants share a database: each has a version of its own.
  const version = await importFile(addresses, bed.file);
  await untilReplayed(addresses);
  await untilAnswered(bed.url, version);
  await plant.plant(groundOf(bed, version));
  const paused = await pausedReplicas(addresses);
  try {
    if (paused === 0) await untilReplayed(addresses);
    const before = await readVersions(ownerUrl);
    const lines = await askFilms(bed.url, Array.from({ length: ROUNDS }, () => bed.questions).flat());
    const versions = knownVersions(before, await readVersions(ownerUrl));
    const account = judgeFilms({
      ledger: { lines, wrongAnswers: [] },
      counted: lines.length,
      oracle: bed.oracle,
      versions,
    });
    const reads = { byServer: {}, retries: 0, lastResort: 0, cacheHits: 0 };
    const { exact, findings } = judge({ account, reads, sharing: [] });
    const [found, required] = [kindsOf(findings), kindsOf(plant.findings)];
    return [
      ...(found === required
        ? []
        : [
            `reported ${found || 'nothing'}: ${findings.flatMap(({ examples }) => examples[0] ?? []).join('; ')}`,
          ]),
      ...(exact === (plant.findings.length === 0) ? [] : [`was exact: ${exact}`]),
    ];
  } finally {
    await resumeReplicas(addresses);
  }
}

/** Findings as a text, to compare them. */
function kindsOf(findings: readonly { readonly kind: string; readonly subject: string }[]): string {
  return [...new Set(findings.map(({ kind, subject }) => `${kind} ${subject}`))].sort().join(', ');
}

function groundOf({ addresses, file, film, url }: Bed, version: number): Ground {
  return {
    film,
    query: (text, values = []) =>
      asClient(addresses.postgresql.films.ownerUrl, async (client) => {
        await client.query(`set search_path to films_v${version}`);
        await client.query(text, [...values]);
      }),
    async importBehindReplica() {
      const [replica] = REPLICA_SERVERS;
      await asAdmin(addresses[replica].adminUrl, 'select pg_wal_replay_pause()');
      const next = await importFile(addresses, file);
      // The other one, and the process that asks them, have seen the new version.
      await waitUntil(async () => (await askedVersions(url)).includes(next), { timeoutMs: TIMEOUT_MS });
    },
  };
}

async function importFile({ postgresql }: ServerAddresses, file: string): Promise<number> {
  const { version } = await withDatabase(
    {
      settings: ownerSettings(postgresql.films.ownerUrl),
      logger: createLogger('self-test', 'error'),
      prepare: () => Promise.resolve(),
    },
    (client) =>
      importFilms(client, { source: csvFilms(file, { badLines: 'refuse' }), apiRole: DEFAULT_API_ROLE }),
  );
  return version;
}

/** Waits until both replicas have everything that the primary has. */
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

/** Waits until whichever server is asked answers from a version. */
async function untilAnswered(url: string, version: number): Promise<void> {
  const isThere = async (): Promise<boolean> =>
    (await askedVersions(url)).every((asked) => asked === version);
  if (!(await waitUntil(isThere, { timeoutMs: TIMEOUT_MS })))
    throw new Error(`the films API does not answer from version ${version}`);
}

/** Versions of answers to a question that several servers are asked in turn. */
async function askedVersions(url: string): Promise<readonly (number | undefined)[]> {
  const lines = await askFilms(
    url,
    Array.from({ length: 20 }, () => '/films?year=2000'),
  );
  return lines.map(({ version }) => version);
}

async function pausedReplicas(addresses: ServerAddresses): Promise<number> {
  const states = await Promise.all(
    REPLICA_SERVERS.map((name) =>
      read<{ paused: boolean }>(addresses[name].adminUrl, 'select pg_is_wal_replay_paused() as paused'),
    ),
  );
  return states.filter(([state]) => state?.paused === true).length;
}

async function resumeReplicas(addresses: ServerAddresses): Promise<void> {
  for (const name of REPLICA_SERVERS)
    await asAdmin(addresses[name].adminUrl, 'select pg_wal_replay_resume()');
}

async function makeDatabase(addresses: ServerAddresses, name: string): Promise<void> {
  const { ownerUrl } = addresses.postgresql.films;
  const owner = escapeIdentifier(decodeURIComponent(new URL(ownerUrl).username));
  await asAdmin(addresses.postgresql.adminUrl, `create database ${escapeIdentifier(name)} owner ${owner}`);
  await createFilmsSchema(
    ownerSettings(ownerUrl),
    { apiRole: DEFAULT_API_ROLE },
    createLogger('self-test', 'error'),
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

async function asAdmin(url: string, statement: string): Promise<void> {
  await read(url, statement);
}

function read<Row extends object>(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return asClient(url, async (client) => (await client.query<Row>(statement, [...values])).rows);
}

async function asClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'caudal-self-test' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
