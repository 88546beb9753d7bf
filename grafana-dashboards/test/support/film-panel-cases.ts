import { type PanelCase, series } from './panel-series.ts';

const reads = (pod: string, server: string, outcome: string) =>
  series('caudal_films_reads_total', { pod, server, outcome });
const readSeconds = (server: string, le: string) =>
  series('caudal_films_read_seconds_bucket', { pod: 'f-1', server, le });
const isIn = (pod: string, server: string) => series('caudal_films_replica_in', { pod, server });
const lag = (pod: string, server: string) => series('caudal_films_replica_lag_seconds', { pod, server });
const cache = (pod: string, outcome: string) => series('caudal_films_cache_total', { pod, outcome });

const panel = (title: string, rest: Omit<PanelCase, 'dashboard' | 'panel' | 'atMinute'>): PanelCase => ({
  dashboard: 'films',
  panel: title,
  atMinute: 20,
  ...rest,
});

/** What the panels of films compute, from series in which processes and servers differ. */
export const FILM_PANEL_CASES: readonly PanelCase[] = [
  panel('Requests to films', {
    what: 'the sum of two processes, by route and status',
    series: {
      [series('caudal_films_requests_total', { pod: 'f-1', route: '/films', status: '200' })]: '0+60x40',
      [series('caudal_films_requests_total', { pod: 'f-2', route: '/films', status: '200' })]: '0+120x40',
      [series('caudal_films_requests_total', { pod: 'f-2', route: '/films', status: '503' })]: '0+6x40',
    },
    shows: { '{route="/films", status="200"}': 3, '{route="/films", status="503"}': 0.1 },
  }),
  panel('Answered from the cache', {
    what: 'the share of all questions of two processes',
    series: {
      [cache('f-1', 'hit')]: '0+60x40',
      [cache('f-2', 'hit')]: '0+30x40',
      [cache('f-1', 'miss')]: '0+210x40',
    },
    shows: { '{}': 0.3 },
  }),
  panel('Reads by server', {
    what: 'answered ones alone, the sum of two processes',
    series: {
      [reads('f-1', 'replica-1', 'answered')]: '0+60x40',
      [reads('f-2', 'replica-1', 'answered')]: '0+60x40',
      [reads('f-1', 'replica-2', 'answered')]: '0+90x40',
      [reads('f-1', 'replica-2', 'failed')]: '0+600x40',
    },
    shows: { '{server="replica-1"}': 2, '{server="replica-2"}': 1.5 },
  }),
  panel('Reads that a server failed', {
    what: 'by server, without those that it answered or that were late, and 0 for one that failed none',
    series: {
      [reads('f-1', 'replica-1', 'answered')]: '0+600x40',
      [reads('f-1', 'replica-1', 'failed')]: '0+60x40',
      [reads('f-2', 'replica-1', 'failed')]: '0+30x40',
      [reads('f-1', 'replica-1', 'late')]: '0+6x40',
      [isIn('f-1', 'replica-1')]: '1x40',
      [isIn('f-1', 'replica-2')]: '1x40',
    },
    shows: { '{server="replica-1"}': 1.5, '{server="replica-2"}': 0 },
  }),
  panel('Time of a read, by server', {
    query: 1,
    what: 'the 99th percentile of each',
    series: {
      [readSeconds('replica-1', '0.1')]: '0+98x40',
      [readSeconds('replica-1', '0.3')]: '0+100x40',
      [readSeconds('replica-1', '+Inf')]: '0+100x40',
      [readSeconds('replica-2', '0.1')]: '0+100x40',
      [readSeconds('replica-2', '0.3')]: '0+100x40',
      [readSeconds('replica-2', '+Inf')]: '0+100x40',
    },
    shows: { '{server="replica-1"}': 0.2, '{server="replica-2"}': 0.099 },
  }),
  panel('Lag of replicas', {
    what: 'the least that any process sees of each',
    series: {
      [lag('f-1', 'replica-1')]: '0.2x40',
      [lag('f-2', 'replica-1')]: '40x40',
      [lag('f-1', 'replica-2')]: '7x40',
    },
    shows: { '{server="replica-1"}': 0.2, '{server="replica-2"}': 7 },
  }),
  panel('Servers that get reads', {
    what: 'a server gets reads as long as one process sends it some',
    series: {
      [isIn('f-1', 'replica-1')]: '0x40',
      [isIn('f-2', 'replica-1')]: '1x40',
      [isIn('f-1', 'replica-2')]: '0x40',
      [isIn('f-2', 'replica-2')]: '0x40',
    },
    shows: { '{server="replica-1"}': 1, '{server="replica-2"}': 0 },
  }),
  panel('Times that a server was left out', {
    what: 'the sum of two processes, by reason, and 0 for a server that never was',
    series: {
      [series('caudal_films_replica_outs_total', { pod: 'f-1', server: 'replica-1', reason: 'lagging' })]:
        '0x18 1x20',
      [series('caudal_films_replica_outs_total', { pod: 'f-2', server: 'replica-1', reason: 'lagging' })]:
        '0x18 1x20',
      [isIn('f-1', 'replica-1')]: '0x40',
      [isIn('f-1', 'replica-2')]: '1x40',
    },
    shows: { '{server="replica-1", reason="lagging"}': 2, '{server="replica-2"}': 0 },
  }),
  panel('Reads that were rescued', {
    query: 1,
    what: 'by the primary, for two processes',
    series: {
      [series('caudal_films_last_resort_total', { pod: 'f-1' })]: '0+60x40',
      [series('caudal_films_last_resort_total', { pod: 'f-2' })]: '0+30x40',
    },
    shows: { '{}': 1.5 },
  }),
];
