import type { AlertCase } from './alert-case.ts';
import { series } from './panel-series.ts';

const isIn = (server: string, pod = 'f-1') => series('caudal_films_replica_in', { pod, server });
const lag = (server: string, pod = 'f-1') => series('caudal_films_replica_lag_seconds', { pod, server });
const requests = (status: string) =>
  series('caudal_films_requests_total', { pod: 'f-1', route: '/films', status });
const lastResort = (pod: string) => series('caudal_films_last_resort_total', { pod });

/** Of 60 requests a minute, `soon` take at most 100 ms, the others half a second to one. */
const seconds = (soon: number) => {
  const bucket = (le: string) =>
    series('caudal_films_request_seconds_bucket', { pod: 'f-1', route: '/films', le });
  return {
    [bucket('0.1')]: `0+${soon}x40`,
    [bucket('0.5')]: `0+${soon}x40`,
    [bucket('1')]: '0+60x40',
    [bucket('+Inf')]: '0+60x40',
  };
};

/** Each alert on films, firing and silent. */
export const FILM_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'CaudalFilmsReplicaOut',
    what: 'both processes have left out one of two replicas',
    series: {
      [isIn('replica-1', 'f-1')]: '1x5 0x30',
      [isIn('replica-1', 'f-2')]: '1x5 0x30',
      [isIn('replica-2', 'f-1')]: '1x35',
      [isIn('replica-2', 'f-2')]: '1x35',
    },
    atMinute: 10,
    fires: [{ labels: { server: 'replica-1' }, summary: 'No process sends reads to replica-1' }],
  },
  {
    alert: 'CaudalFilmsReplicaOut',
    what: 'one of two processes sends it reads, another replica was out for a minute, and the primary is a reserve',
    series: {
      [isIn('replica-1', 'f-1')]: '1x5 0x30',
      [isIn('replica-1', 'f-2')]: '1x35',
      [isIn('replica-2')]: '1x8 0x1 1x30',
      [isIn('primary')]: '0x35',
    },
    atMinute: 10,
    fires: [],
  },
  {
    alert: 'CaudalFilmsReplicaLagging',
    what: 'one replica has stopped to replay, as both processes see',
    series: {
      [lag('replica-1', 'f-1')]: '0x5 0+60x30',
      [lag('replica-1', 'f-2')]: '0x5 0+60x30',
      [lag('replica-2')]: '0.1x40',
    },
    atMinute: 10,
    fires: [{ labels: { server: 'replica-1' }, summary: 'replica-1 is 4m 0s behind the primary' }],
  },
  {
    alert: 'CaudalFilmsReplicaLagging',
    what: 'one process alone is cut off from it, and another one caught up at once',
    series: {
      [lag('replica-1', 'f-1')]: '0x5 0+60x30',
      [lag('replica-1', 'f-2')]: '0.2x40',
      [lag('replica-2')]: '0x8 30 0x30',
      [lag('primary')]: '90x40',
    },
    atMinute: 10,
    fires: [],
  },
  {
    alert: 'CaudalFilmsFailing',
    what: 'one request in fifty gets 503',
    series: { [requests('200')]: '0+98x40', [requests('503')]: '0+2x40' },
    atMinute: 12,
    fires: [{ labels: {}, summary: '2% of requests to films fail with 5xx' }],
  },
  {
    alert: 'CaudalFilmsFailing',
    what: 'clients ask for what is not there, and one request in two hundred gets 503',
    series: { [requests('200')]: '0+149x40', [requests('404')]: '0+50x40', [requests('503')]: '0+1x40' },
    atMinute: 12,
    fires: [],
  },
  {
    alert: 'CaudalFilmsSlow',
    what: 'every twentieth request takes half a second to one',
    series: seconds(57),
    atMinute: 15,
    fires: [{ labels: {}, summary: 'One request in a hundred to films takes 900ms or more' }],
  },
  {
    alert: 'CaudalFilmsSlow',
    what: 'every request takes less than a tenth of a second',
    series: seconds(60),
    atMinute: 15,
    fires: [],
  },
  {
    alert: 'CaudalFilmsLastResort',
    what: 'the primary answers what two processes have no replica for',
    series: {
      [isIn('replica-1')]: '0x40',
      [lastResort('f-1')]: '0+60x40',
      [lastResort('f-2')]: '0+30x40',
    },
    atMinute: 12,
    fires: [{ labels: {}, summary: 'The primary answers 1.5 reads of films per second' }],
  },
  {
    alert: 'CaudalFilmsLastResort',
    what: 'it did once, long ago',
    series: { [isIn('replica-1')]: '1x40', [lastResort('f-1')]: '0 5x40' },
    atMinute: 25,
    fires: [],
  },
  {
    alert: 'CaudalFilmsLastResort',
    what: 'there is no replica, so the primary answers every read',
    series: { [isIn('primary')]: '1x40', [lastResort('f-1')]: '0+60x40' },
    atMinute: 12,
    fires: [],
  },
];
