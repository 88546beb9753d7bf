import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { DEFAULT_API_ROLE, ensureFilms } from '@caudal/films/schema';
import { FILMS_PAGE } from '../../../../../tools/page/ensure-page.ts';
import type { ServerAddresses, ServerName } from '../../../../../tools/servers/servers.ts';
import { ROOT } from '../../cli/paths.ts';
import type { ServiceSource, ServiceSpec, Variables } from '../../stack/service-spec.ts';

/** Name of the service that answers searches. */
export const API = 'films-api';

/** Replicas, as the database's servers are called. */
export const REPLICA_SERVERS = ['postgresql-replica-1', 'postgresql-replica-2'] as const;
/** The same as the API calls them, by their place. */
export const REPLICAS: readonly string[] = REPLICA_SERVERS.map((_, place) => `replica-${place + 1}`);
/** Servers that the system needs. */
export const SERVERS: readonly ServerName[] = ['postgresql', ...REPLICA_SERVERS];

/** What the service is made from. */
export interface FilmsOptions {
  /** Generated films; undefined for those of the repository. */
  readonly films?: number | undefined;
  /** Processes of the API. Default: 2. */
  readonly processes?: number | undefined;
  readonly port?: number | undefined;
  /** Settings of the API instead of its defaults. */
  readonly settings?: Variables | undefined;
}

/** Processes of the API unless another number is asked for. */
export const PROCESSES = 2;

const MAX_PROCESSES = 16;
/** More patient than the defaults: clients, API and three databases share the cores of one machine, which may be busy. */
const PATIENT: Variables = {
  READ_DEADLINE_MS: '5000',
  READ_ATTEMPT_MS: '2000',
  REPLICA_PROBE_TIMEOUT_MS: '2000',
  REPLICA_MAX_LAG_MS: '3000',
  // One that was suspended is not overloaded when it continues: whoever waited gets an answer.
  MAX_EVENT_LOOP_DELAY_MS: '60000',
};
const HOST = '127.0.0.1';
/** To import: a batch of films at a time. */
const IMPORT_TIMEOUT_MS = 60_000;

/** The API over a primary and two replicas. */
export function filmsServices(options: FilmsOptions = {}): readonly ServiceSpec[] {
  return [
    {
      name: API,
      program: join(ROOT, 'services', 'films', 'src', 'api', 'main.ts'),
      role: 'entry',
      replicas: options.processes ?? PROCESSES,
      maxReplicas: MAX_PROCESSES,
      http: { preferredPort: options.port, howToScale: 'start with --api 2 to scale it' },
      prepare: FILMS_PAGE.ensure,
      setUp: (addresses) => importFilmsOnce(addresses, options.films),
      environment: (source) => ({
        ...environmentOf(source),
        PAGE_DIRECTORY: FILMS_PAGE.directory(),
        ...PATIENT,
        ...options.settings,
      }),
    },
  ];
}

/**
 * Makes the schema and imports films unless they are there, as the owner of the database, so that the API needs few rights.
 * @param films generated ones; undefined for those of the repository
 */
export async function importFilmsOnce(
  { postgresql }: ServerAddresses,
  films: number | undefined,
): Promise<void> {
  const { committedFilms, generatedFilms } = await import('@caudal/films/data/film-sources');
  await ensureFilms(
    ownerSettings(postgresql.films.ownerUrl),
    { apiRole: DEFAULT_API_ROLE, source: films === undefined ? committedFilms() : generatedFilms(films) },
    createLogger('films-schema', 'error'),
  );
}

/** Settings of the owner of the database, who imports. */
export function ownerSettings(url: string) {
  return {
    clientName: 'caudal-films-import',
    url,
    ca: undefined,
    commandTimeoutMs: IMPORT_TIMEOUT_MS,
    poolSize: 1,
  };
}

function environmentOf({ addresses, logLevel, operationsPort, httpPort }: ServiceSource): Variables {
  return {
    OPERATIONS_HOST: HOST,
    OPERATIONS_PORT: String(operationsPort),
    LOG_LEVEL: logLevel,
    HTTP_HOST: HOST,
    HTTP_PORT: String(httpPort),
    POSTGRESQL_URL: addresses.postgresql.films.apiUrl,
    POSTGRESQL_REPLICA_URLS: REPLICA_SERVERS.map((name) => addresses[name].filmsApiUrl).join(','),
  };
}
