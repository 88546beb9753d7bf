import type { MetricDefinition } from './names.ts';

/** Metrics of films, part of {@link METRICS}. Kinds, routes, servers and outcomes are few. */
export const FILM_METRICS = {
  filmRequests: {
    name: 'caudal_films_requests_total',
    help: 'HTTP requests to the films API by route template and status',
    labels: ['route', 'status'],
  },
  filmRequestSeconds: {
    name: 'caudal_films_request_seconds',
    help: 'Time from a request to its response, by route template',
    labels: ['route'],
  },
  filmQueries: {
    name: 'caudal_films_queries_total',
    help: 'Questions to the database by kind: browse, search, contains, film, directors or director',
    labels: ['kind'],
  },
  filmReads: {
    name: 'caudal_films_reads_total',
    help: 'Reads by server and outcome: answered, failed (tried once more elsewhere) or late (given up)',
    labels: ['server', 'outcome'],
  },
  filmReadSeconds: {
    name: 'caudal_films_read_seconds',
    help: 'Time of a read at a server, from when it was sent',
    labels: ['server'],
  },
  filmRetries: {
    name: 'caudal_films_retries_total',
    help: 'Reads that were sent once more, to another server',
    labels: [],
  },
  filmLastResort: {
    name: 'caudal_films_last_resort_total',
    help: 'Reads that went to the primary because no replica could take them',
    labels: [],
  },
  filmCache: {
    name: 'caudal_films_cache_total',
    help: 'Questions by what the cache of answers had: hit or miss',
    labels: ['outcome'],
  },
  filmReplicaIn: {
    name: 'caudal_films_replica_in',
    help: '1 while this process sends reads to a server',
    labels: ['server'],
  },
  filmReplicaLag: {
    name: 'caudal_films_replica_lag_seconds',
    help: 'How far a server is behind the newest beat of the primary that this process has seen',
    labels: ['server'],
  },
  filmReplicaOuts: {
    name: 'caudal_films_replica_outs_total',
    help: 'Times that a server was left out, by reason: unreachable, errors, lagging or not_a_replica',
    labels: ['server', 'reason'],
  },
  filmVersion: {
    name: 'caudal_films_version',
    help: 'Version of the films that a server has as its current one, 0 if none',
    labels: ['server'],
  },
} as const satisfies Record<string, MetricDefinition>;
