import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import {
  eventually,
  type FaultyProxy,
  metricValue,
  startFaultyProxy,
  type useServers,
} from '@caudal/common/testing';
import pg from 'pg';
import { directorId } from '../../../src/data/director-id.ts';
import { importFilms } from '../../../src/data/import-films.ts';
import { createFilmReader, type RunningFilmReader } from '../../../src/replicas/create-film-reader.ts';
import type { FilmReaderSettings } from '../../../src/replicas/settings.ts';
import { createFilmsSchema } from '../../../src/schema/index.ts';

type Servers = ReturnType<ReturnType<typeof useServers>>;

const API_ROLE = 'caudal_films_api';
const SILENT = createLogger('test', 'silent');

/** Patient enough for a busy machine: what is seen here does not depend on times. */
const SETTINGS = {
  clientName: 'films-test',
  ca: undefined,
  poolSize: 4,
  readDeadlineMs: 20_000,
  readAttemptMs: 2_000,
  probeIntervalMs: 100,
  probeTimeoutMs: 2_000,
  maxLagMs: 2_000,
  primaryReads: 'on',
} as const;

/** A reader over a primary and two replicas, each behind a proxy. */
export interface Bed {
  readonly reader: RunningFilmReader;
  readonly proxies: Readonly<Record<'primary' | 'replica-1' | 'replica-2', FaultyProxy>>;
  /** A value of the reader's metrics; 0 where there is none. */
  metric(series: string): Promise<number>;
  /** Resolves when the reader sends reads to exactly these servers. */
  untilIn(...names: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a reader, which begins to connect. */
export async function openBed(servers: Servers, settings: Partial<FilmReaderSettings> = {}): Promise<Bed> {
  const { addresses } = servers;
  const urls = {
    primary: addresses.postgresql.films.apiUrl,
    'replica-1': addresses['postgresql-replica-1'].filmsApiUrl,
    'replica-2': addresses['postgresql-replica-2'].filmsApiUrl,
  };
  const names = ['primary', 'replica-1', 'replica-2'] as const;
  const registry = createRegistry();
  const behind = await Promise.all(
    names.map((name) => startFaultyProxy({ host: '127.0.0.1', port: Number(new URL(urls[name]).port) })),
  );
  const [primary, one, two] = behind;
  if (primary === undefined || one === undefined || two === undefined) throw new Error('a proxy is missing');
  const proxies = { primary, 'replica-1': one, 'replica-2': two };
  const through = (name: (typeof names)[number]): string => {
    const url = new URL(urls[name]);
    url.port = String(proxies[name].port);
    return url.href;
  };
  const reader = createFilmReader(
    {
      ...SETTINGS,
      primaryUrl: through('primary'),
      replicaUrls: [through('replica-1'), through('replica-2')],
      ...settings,
    },
    { logger: SILENT, registry },
  );
  reader.start();
  const metric = async (series: string): Promise<number> =>
    metricValue(await registry.metrics(), series) ?? 0;
  return {
    reader,
    proxies,
    metric,
    untilIn: async (...wanted) => {
      await eventually(
        async () => {
          const values = await Promise.all(
            names.map((name) => metric(`caudal_films_replica_in{server="${name}"}`)),
          );
          return names.filter((_, place) => values[place] === 1);
        },
        (found) => found.join() === wanted.join(),
        { what: `reads go to ${wanted.join(', ')}` },
      );
    },
    close: async () => {
      await reader.close();
      await Promise.all(behind.map((proxy) => proxy.close()));
    },
  };
}

/** Makes the schema for the versions, which may be there. */
export function makeSchema({ addresses }: Servers): Promise<void> {
  const { ownerUrl } = addresses.postgresql.films;
  const settings = { clientName: 'films-test', url: ownerUrl, ca: undefined, commandTimeoutMs: 10_000 };
  return createFilmsSchema(settings, { apiRole: API_ROLE }, SILENT);
}

/** Imports one film with this title as a new version; returns its number. */
export async function importTitle({ addresses }: Servers, title: string): Promise<number> {
  const client = new pg.Client({ connectionString: addresses.postgresql.films.ownerUrl });
  await client.connect();
  try {
    const film = {
      id: 'T1',
      imdbId: 'tt1',
      title,
      year: 1990,
      directors: [{ id: directorId('Ann Other'), name: 'Ann Other' }],
      genres: [],
      runtimeMinutes: 90,
      countries: [],
      popularity: 1,
    };
    const source = { name: title, films: () => [film] };
    return (await importFilms(client, { source, apiRole: API_ROLE })).version;
  } finally {
    await client.end();
  }
}
