import { type AlertCase, RELEASE } from './alert-case.ts';
import { FILM_ALERT_CASES } from './film-alert-cases.ts';
import { ORDER_ALERT_CASES } from './order-alert-cases.ts';

const labelsOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries({ ...RELEASE, ...labels })
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
const ingest = (outcome: string, country = 'ES') =>
  `caudal_ingest_messages_total{${labelsOf({ pod: 'i-1', country, outcome })}}`;
const store = (lane: string, country = 'ES') =>
  `caudal_store_messages{${labelsOf({ pod: 'console', lane, country })}}`;
const ofLane = (name: string, lane: string, pod = 'p-1') => `caudal_${name}{${labelsOf({ pod, lane })}}`;
const requests = (status: string) =>
  `caudal_ingest_requests_total{${labelsOf({ pod: 'i-1', route: '/messages', status })}}`;
const brokerUp = (pod: string) => `caudal_broker_up{${labelsOf({ pod, broker: 'kafka' })}}`;
const memory = (component: string, used: string, max: string) => ({
  [`redis_memory_used_bytes{${labelsOf({ component })}}`]: used,
  [`redis_memory_max_bytes{${labelsOf({ component })}}`]: max,
});
/** Of 100 bytes; a kubelet's series have no release. */
const disk = (namespace: string, claim: string, available: string) => ({
  [`kubelet_volume_stats_available_bytes{namespace="${namespace}",persistentvolumeclaim="${claim}"}`]:
    available,
  [`kubelet_volume_stats_capacity_bytes{namespace="${namespace}",persistentvolumeclaim="${claim}"}`]:
    '100x40',
});

const kafka = 'kafka-redis';
const rabbitmq = 'rabbitmq-valkey';

/** 20 minutes of rest, 1,000 messages in 10 minutes, rest. */
const thousand = '0x20 100+100x9 1000x60';
const noBacklog = {
  [ofLane('backlog_messages', kafka)]: '0x95',
  [ofLane('backlog_messages', rabbitmq)]: '0x95',
};
const load = { [ingest('accepted')]: thousand, [store(rabbitmq)]: thousand, ...noBacklog };
/** Ends with 997: three are not there. */
const threeShort = '0x20 100+100x8 997x60';

const south = 'south';
/** Two lanes have all of it, and one that takes PT alone has these of them. */
const twoCountries = (inSouth: string) => ({
  ...load,
  [store(kafka)]: thousand,
  [ingest('accepted', 'PT')]: '0x20 10+10x9 100x60',
  [store(kafka, 'PT')]: '0x20 10+10x9 100x60',
  [store(rabbitmq, 'PT')]: '0x20 10+10x9 100x60',
  [store(south, 'PT')]: inSouth,
  [ofLane('backlog_messages', south)]: '0x95',
  [`caudal_lane_country_info{${labelsOf({ pod: 'console', lane: south, country: 'PT' })}}`]: '1x95',
});

/** Each alert, firing and silent. */
export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'CaudalMessagesMissing',
    what: 'a store ends up with fewer messages than were accepted',
    series: { ...load, [store(kafka)]: threeShort },
    atMinute: 45,
    fires: [
      {
        labels: { lane: kafka },
        summary: 'kafka-redis has stored 3 messages fewer than were accepted in the last hour',
      },
    ],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'both stores have what was accepted',
    series: { ...load, [store(kafka)]: thousand },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'the missing messages are still on their way',
    series: { ...load, [store(kafka)]: threeShort, [ofLane('backlog_messages', kafka)]: '0x20 3x75' },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'the consumers hold the missing messages and wait for their store',
    series: { ...load, [store(kafka)]: threeShort, [ofLane('lane_paused', kafka)]: '0x20 1x75' },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'requests were answered 202 twice under their key and stored once',
    series: {
      ...load,
      [ingest('accepted')]: '0x20 100+100x8 1003x60',
      [store(kafka)]: thousand,
      [ofLane('duplicates_total', kafka)]: '0x29 3x60',
      [ofLane('duplicates_total', rabbitmq)]: '0x29 3x60',
    },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'more messages are missing than the lane knew already',
    series: {
      ...load,
      [store(kafka)]: threeShort,
      [ofLane('duplicates_total', kafka)]: '0x25 1x60',
      [ofLane('duplicates_total', rabbitmq)]: '0x25 9x60',
    },
    atMinute: 45,
    fires: [
      {
        labels: { lane: kafka },
        summary: 'kafka-redis has stored 2 messages fewer than were accepted in the last hour',
      },
    ],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'the missing messages are with a consumer',
    series: { ...load, [store(kafka)]: threeShort, [ofLane('in_hand_messages', kafka)]: '0x20 3x75' },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'the load continues, so the figures are of different moments',
    series: {
      ...noBacklog,
      [ingest('accepted')]: '0+100x90',
      [store(rabbitmq)]: '0 0+100x90',
      [store(kafka)]: '0 0 0+100x90',
    },
    atMinute: 80,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'an ingest process came and went within the hour',
    series: { ...load, [ingest('accepted')]: '0x20 100+100x9 1000x2 stale', [store(kafka)]: thousand },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'a lane has all of the one country that it takes',
    series: twoCountries('0x20 10+10x9 100x60'),
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalMessagesMissing',
    what: 'a lane lacks some of the one country that it takes',
    series: twoCountries('0x20 10+10x8 97x60'),
    atMinute: 45,
    fires: [
      {
        labels: { lane: south },
        summary: 'south has stored 3 messages fewer than were accepted in the last hour',
      },
    ],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'a lane has all of the one country that it takes',
    series: twoCountries('0x20 10+10x9 100x60'),
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'a lane lacks some of the one country that it takes',
    series: twoCountries('0x20 10+10x8 97x60'),
    atMinute: 45,
    fires: [
      {
        labels: { lane: south },
        summary: 'south has drifted by 3 messages from the other lanes in the last six hours',
      },
    ],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'a lane gains fewer than the other between two rests',
    series: { ...load, [store(kafka)]: threeShort },
    atMinute: 45,
    fires: [
      {
        labels: { lane: kafka },
        summary: 'kafka-redis has drifted by 3 messages from the other lanes in the last six hours',
      },
    ],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'a lane counts messages twice, so the other one falls behind it',
    series: { ...load, [store(kafka)]: '0x20 100+100x9 1002x60' },
    atMinute: 45,
    fires: [
      {
        labels: { lane: rabbitmq },
        summary: 'rabbitmq-valkey has drifted by 2 messages from the other lanes in the last six hours',
      },
    ],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'the other lane has messages that were answered 503',
    series: { ...load, [store(kafka)]: threeShort, [ingest('unconfirmed')]: '0x22 3x70' },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalLanesDiffer',
    what: 'a lane is younger than the other by a constant number of messages',
    series: { ...load, [store(rabbitmq)]: '5000x20 5100+100x9 6000x60', [store(kafka)]: thousand },
    atMinute: 45,
    fires: [],
  },
  {
    alert: 'CaudalBacklogGrowing',
    what: 'the backlog grows and grows',
    series: { [ofLane('backlog_messages', kafka)]: '0+200x40' },
    atMinute: 20,
    fires: [
      { labels: { lane: kafka }, summary: 'kafka-redis is 4000 messages behind, and its backlog is growing' },
    ],
  },
  {
    alert: 'CaudalBacklogGrowing',
    what: 'a large backlog drains',
    series: { [ofLane('backlog_messages', kafka)]: '50000-200x40' },
    atMinute: 20,
    fires: [],
  },
  {
    alert: 'CaudalBacklogGrowing',
    what: 'a small backlog grows',
    series: { [ofLane('backlog_messages', kafka)]: '0+50x40' },
    atMinute: 15,
    fires: [],
  },
  {
    alert: 'CaudalLanePaused',
    what: 'one of two consumers waits for its store',
    series: {
      [ofLane('lane_paused', kafka, 'p-1')]: '0x5 1x20',
      [ofLane('lane_paused', kafka, 'p-2')]: '0x25',
    },
    atMinute: 8,
    fires: [{ labels: { lane: kafka }, summary: 'kafka-redis is paused: its store is unavailable' }],
  },
  {
    alert: 'CaudalLanePaused',
    what: 'the store was away for less than a minute',
    series: { [ofLane('lane_paused', kafka)]: '0x5 1 0x20' },
    atMinute: 6,
    fires: [],
  },
  {
    alert: 'CaudalStoreSlow',
    what: 'transactions of one lane take 2 s, over its two consumers',
    series: {
      [ofLane('store_seconds_sum', kafka, 'p-1')]: '0+180x20',
      [ofLane('store_seconds_count', kafka, 'p-1')]: '0+60x20',
      [ofLane('store_seconds_sum', kafka, 'p-2')]: '0+60x20',
      [ofLane('store_seconds_count', kafka, 'p-2')]: '0+60x20',
      [ofLane('store_seconds_sum', rabbitmq)]: '0+54x20',
      [ofLane('store_seconds_count', rabbitmq)]: '0+60x20',
    },
    atMinute: 12,
    fires: [{ labels: { lane: kafka }, summary: 'kafka-redis waits 2s for a transaction of its store' }],
  },
  {
    alert: 'CaudalStoreSlow',
    what: 'a lane without messages has no transactions',
    series: {
      [ofLane('store_seconds_sum', kafka)]: '900x20',
      [ofLane('store_seconds_count', kafka)]: '60x20',
    },
    atMinute: 12,
    fires: [],
  },
  {
    alert: 'CaudalNoConsumer',
    what: 'the last consumer has gone',
    series: { [ofLane('lane_consumers', rabbitmq)]: '2x5 0x20', [ofLane('lane_consumers', kafka)]: '1x25' },
    atMinute: 9,
    fires: [{ labels: { lane: rabbitmq }, summary: 'rabbitmq-valkey has no consumers' }],
  },
  {
    alert: 'CaudalNoConsumer',
    what: 'one consumer is left',
    series: { [ofLane('lane_consumers', rabbitmq)]: '2x5 1x20' },
    atMinute: 9,
    fires: [],
  },
  {
    alert: 'CaudalIdleConsumer',
    what: 'there are more consumers than partitions',
    series: {
      [ofLane('assigned_sources', kafka, 'p-1')]: '1x30',
      [ofLane('assigned_sources', kafka, 'p-2')]: '0x30',
    },
    atMinute: 12,
    fires: [{ labels: { lane: kafka }, summary: 'kafka-redis has 1 idle consumers' }],
  },
  {
    alert: 'CaudalIdleConsumer',
    what: 'every consumer has partitions',
    series: {
      [ofLane('assigned_sources', kafka, 'p-1')]: '6x30',
      [ofLane('assigned_sources', kafka, 'p-2')]: '6x30',
    },
    atMinute: 12,
    fires: [],
  },
  {
    alert: 'CaudalDeadLetters',
    what: 'a consumer parks a message',
    series: { [ofLane('dead_letters_total', kafka)]: '0x5 1x40' },
    atMinute: 8,
    fires: [
      {
        labels: { lane: kafka },
        summary: 'kafka-redis moved messages to its dead letters in the last 15 minutes',
      },
    ],
  },
  {
    alert: 'CaudalDeadLetters',
    what: 'the broker itself parks messages',
    series: { [ofLane('dead_letter_messages', rabbitmq)]: '0x20 2x40' },
    atMinute: 25,
    fires: [
      {
        labels: { lane: rabbitmq },
        summary: 'rabbitmq-valkey moved messages to its dead letters in the last 15 minutes',
      },
    ],
  },
  {
    alert: 'CaudalDeadLetters',
    what: 'there are old dead letters, and some are taken back',
    series: {
      [ofLane('dead_letters_total', kafka)]: '5x60',
      [ofLane('dead_letter_messages', kafka)]: '5x20 2x40',
    },
    atMinute: 25,
    fires: [],
  },
  {
    alert: 'CaudalLaneUnreadable',
    what: 'the console has no figure for a lane',
    series: {
      [ofLane('assigned_sources', kafka)]: '12x30',
      [ofLane('assigned_sources', rabbitmq)]: '1x30',
      [ofLane('backlog_messages', rabbitmq, 'console')]: '0x30',
      [ofLane('backlog_messages', kafka, 'console')]: '0x10 stale',
    },
    atMinute: 17,
    fires: [{ labels: { lane: kafka }, summary: 'The console cannot read kafka-redis' }],
  },
  {
    alert: 'CaudalLaneUnreadable',
    what: 'the console reads the lane',
    series: {
      [ofLane('assigned_sources', kafka)]: '12x30',
      [ofLane('backlog_messages', kafka, 'console')]: '0x30',
    },
    atMinute: 17,
    fires: [],
  },
  {
    alert: 'CaudalBrokerDown',
    what: 'no ingest process reaches the broker',
    series: { [brokerUp('i-1')]: '1x5 0x20', [brokerUp('i-2')]: '1x5 0x20' },
    atMinute: 8,
    fires: [{ labels: { broker: 'kafka' }, summary: 'No ingest process can publish to kafka' }],
  },
  {
    alert: 'CaudalBrokerDown',
    what: 'one ingest process reaches it',
    series: { [brokerUp('i-1')]: '1x25', [brokerUp('i-2')]: '1x5 0x20' },
    atMinute: 8,
    fires: [],
  },
  {
    alert: 'CaudalBrokerDown',
    what: 'the broker was away for less than a minute',
    series: { [brokerUp('i-1')]: '1x5 0 1x20' },
    atMinute: 6,
    fires: [],
  },
  {
    alert: 'CaudalRequestsFailing',
    what: 'one in four requests is answered 503',
    series: { [requests('202')]: '0+300x40', [requests('503')]: '0+100x40' },
    atMinute: 15,
    fires: [{ labels: {}, summary: '25% of requests fail with 5xx' }],
  },
  {
    alert: 'CaudalRequestsFailing',
    what: 'one in sixteen requests is answered 503',
    series: { [requests('202')]: '0+300x40', [requests('503')]: '0+20x40' },
    atMinute: 15,
    fires: [{ labels: {}, summary: '6.25% of requests fail with 5xx' }],
  },
  {
    alert: 'CaudalRequestsFailing',
    what: 'one in 25 requests is answered 503',
    series: { [requests('202')]: '0+288x40', [requests('503')]: '0+12x40' },
    atMinute: 15,
    fires: [],
  },
  {
    alert: 'CaudalRequestsFailing',
    what: 'clients send what is refused with 400',
    series: { [requests('202')]: '0+300x40', [requests('400')]: '0+300x40', [requests('503')]: '0x40' },
    atMinute: 15,
    fires: [],
  },
  {
    alert: 'CaudalStoreFillingUp',
    what: 'a store uses more than four fifths of its maxmemory',
    series: {
      [brokerUp('i-1')]: '1x40',
      ...memory('valkey', '75+2.5x40', '100x40'),
      ...memory('redis', '10x40', '100x40'),
    },
    atMinute: 8,
    fires: [{ labels: { component: 'valkey' }, summary: 'valkey uses 95% of its maxmemory' }],
  },
  {
    alert: 'CaudalStoreFillingUp',
    what: 'a store is three quarters full, and another one has no maxmemory',
    series: {
      [brokerUp('i-1')]: '1x40',
      ...memory('valkey', '75x40', '100x40'),
      ...memory('redis', '95x40', '0x40'),
    },
    atMinute: 20,
    fires: [],
  },
  {
    alert: 'CaudalStoreFillingUp',
    what: 'a cache of another program is full',
    series: {
      [brokerUp('i-1')]: '1x40',
      'redis_memory_used_bytes{namespace="demo",pod="cache-0"}': '99x40',
      'redis_memory_max_bytes{namespace="demo",pod="cache-0"}': '100x40',
      'redis_memory_used_bytes{namespace="shop",release="shop",component="redis"}': '99x40',
      'redis_memory_max_bytes{namespace="shop",release="shop",component="redis"}': '100x40',
    },
    atMinute: 20,
    fires: [],
  },
  {
    alert: 'CaudalVolumeFillingUp',
    what: "Kafka's volume has less than a fifth left",
    series: { [brokerUp('i-1')]: '1x40', ...disk('demo', 'data-caudal-kafka-0', '12.5x40') },
    atMinute: 10,
    fires: [
      {
        labels: { persistentvolumeclaim: 'data-caudal-kafka-0', release: '' },
        summary: 'data-caudal-kafka-0 has 12.5% free space left',
      },
    ],
  },
  {
    alert: 'CaudalVolumeFillingUp',
    what: 'a quarter is left, another program is full, and so is a Kafka that is not of Caudal',
    series: {
      [brokerUp('i-1')]: '1x40',
      ...disk('demo', 'data-caudal-kafka-0', '25x40'),
      ...disk('demo', 'data-postgres-0', '1x40'),
      ...disk('elsewhere', 'data-kafka-0', '1x40'),
    },
    atMinute: 10,
    fires: [],
  },
  ...ORDER_ALERT_CASES,
  ...FILM_ALERT_CASES,
];
