import {
  atRest,
  kafka,
  messages,
  ofLane,
  type PanelCase,
  rabbitmq,
  series,
  store,
  threeShort,
} from './panel-series.ts';
import { VERDICT_CASES } from './verdict-cases.ts';

const latency = (le: string, lane: string) =>
  series('caudal_end_to_end_seconds_bucket', { pod: 'c-1', lane, le });
/** Of 100 messages a minute 50 take up to 1 s, 45 up to 2 s, 4 up to 3 s, 1 up to 5 s. */
const latencies = (lane: string) => ({
  [latency('1', lane)]: '0+50x40',
  [latency('2', lane)]: '0+95x40',
  [latency('3', lane)]: '0+99x40',
  [latency('5', lane)]: '0+100x40',
  [latency('+Inf', lane)]: '0+100x40',
});
const endToEnd = (query: number, value: number) =>
  ({
    dashboard: 'pipeline',
    panel: 'End-to-end latency',
    query,
    what: `${['median', '95th percentile', '99th percentile'][query]}`,
    series: latencies(kafka),
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: value },
  }) satisfies PanelCase;
const brokerUp = (broker: string, pod: string) => series('caudal_broker_up', { pod, broker });

const backlogs = {
  [ofLane('backlog_messages', kafka, 'console-1')]: '900x40',
  [ofLane('backlog_messages', kafka, 'console-2')]: '900x40',
  [ofLane('backlog_messages', rabbitmq, 'console-1')]: '5000x40',
  [ofLane('in_hand_messages', kafka, 'c-1')]: '300x40',
  [ofLane('in_hand_messages', kafka, 'c-2')]: '100x40',
};
const storedRate = (lane: string) =>
  series('caudal_stored_messages_total', { pod: 'c-1', lane, country: 'ES' });

const mark = (
  name: string,
  what: string,
  given: Readonly<Record<string, string>>,
  shows: Readonly<Record<string, number>>,
) =>
  ({
    dashboard: 'node-runtime',
    panel: `mark "${name}"`,
    what,
    series: given,
    atMinute: 20,
    shows,
  }) satisfies PanelCase;

/** A change comes at minute 20, so the mark is at that minute. */
const MARKS: readonly PanelCase[] = [
  mark(
    'Scaled up',
    'one consumer more',
    {
      [ofLane('assigned_sources', kafka, 'c-1')]: '6x40',
      [ofLane('assigned_sources', kafka, 'c-2')]: '_x20 6x20',
      [ofLane('assigned_sources', rabbitmq, 'c-3')]: '1x40',
    },
    { [`{lane="${kafka}"}`]: 2 },
  ),
  mark(
    'Scaled down',
    'the last consumer goes',
    { [ofLane('assigned_sources', kafka, 'c-1')]: '6x19 stale' },
    { [`{lane="${kafka}"}`]: 1 },
  ),
  mark(
    'Lane paused',
    'one of two consumers begins to wait',
    { [ofLane('lane_paused', kafka, 'c-1')]: '0x19 1x20', [ofLane('lane_paused', kafka, 'c-2')]: '0x40' },
    { [`{lane="${kafka}"}`]: 1 },
  ),
  mark(
    'Lane paused',
    'a lane has been waiting for a while',
    { [ofLane('lane_paused', kafka, 'c-1')]: '0x15 1x20' },
    {},
  ),
  mark(
    'Broker lost',
    'one of two ingest processes cannot publish',
    { [brokerUp('kafka', 'i-1')]: '1x19 0x20', [brokerUp('kafka', 'i-2')]: '1x40' },
    { '{broker="kafka"}': 0 },
  ),
  mark(
    'Load started',
    'messages begin to arrive',
    { [messages('accepted')]: '0x19 300 600x20' },
    { '{}': 1.25 },
  ),
  mark('Load started', 'messages go on arriving', { [messages('accepted')]: '0+300x40' }, {}),
];

/** What the panels show where lanes, processes and quantiles are unequal. */
export const PANEL_CASES: readonly PanelCase[] = [
  ...VERDICT_CASES,
  ...MARKS,
  {
    dashboard: 'pipeline',
    panel: 'Difference',
    what: 'below 0 where the store is behind, above 0 where it has too many',
    series: { ...threeShort, [store(rabbitmq)]: '0x20 100+100x8 1002x60' },
    atMinute: 34,
    shows: { [`{lane="${kafka}"}`]: -3, [`{lane="${rabbitmq}"}`]: 2 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Stored',
    what: 'two consoles read the same store: it is counted once',
    series: { ...threeShort, [store(kafka, 'ES', 'console-2')]: '0x20 100+100x8 997x60' },
    atMinute: 34,
    shows: { [`{lane="${kafka}"}`]: 997, [`{lane="${rabbitmq}"}`]: 1_000 },
  },
  endToEnd(0, 1),
  endToEnd(1, 2),
  endToEnd(2, 3),
  {
    dashboard: 'pipeline',
    panel: 'Backlog',
    query: 0,
    what: "a lane's consumers together hold this, and one that does not say holds 0",
    series: backlogs,
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 400, [`{lane="${rabbitmq}"}`]: 0 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Backlog',
    query: 1,
    what: 'two consoles see the same backlog; what is in hand does not wait at the broker',
    series: backlogs,
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 500, [`{lane="${rabbitmq}"}`]: 5_000 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Backlog',
    query: 1,
    what: 'figures of different scrapes do not make less than nothing wait',
    series: { ...backlogs, [ofLane('in_hand_messages', kafka, 'c-2')]: '2000x40' },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 0, [`{lane="${rabbitmq}"}`]: 5_000 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Seconds behind',
    what: 'backlog by the rate of the lane; an hour where nothing is stored',
    series: { ...backlogs, [storedRate(kafka)]: '0+600x40', [storedRate(rabbitmq)]: '7x40' },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 90, [`{lane="${rabbitmq}"}`]: 3_600 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Seconds behind',
    what: 'an hour without consumers, 0 at rest',
    series: { ...atRest, [ofLane('backlog_messages', kafka, 'console-1')]: '1x95' },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 3_600, [`{lane="${rabbitmq}"}`]: 0 },
  },
  {
    dashboard: 'brokers-and-stores',
    panel: 'Brokers, seen from ingest',
    what: 'down where one of two ingest processes cannot publish',
    series: {
      [brokerUp('kafka', 'i-1')]: '1x40',
      [brokerUp('kafka', 'i-2')]: '0x40',
      [brokerUp('rabbitmq', 'i-1')]: '1x40',
      [brokerUp('rabbitmq', 'i-2')]: '1x40',
    },
    atMinute: 20,
    shows: { '{broker="kafka"}': 0, '{broker="rabbitmq"}': 1 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Components',
    query: 1,
    what: 'a store is down where one of two consumers waits for it',
    series: {
      [ofLane('lane_paused', kafka, 'c-1')]: '0x40',
      [ofLane('lane_paused', kafka, 'c-2')]: '1x40',
      [ofLane('lane_paused', rabbitmq, 'c-3')]: '0x40',
    },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 0, [`{lane="${rabbitmq}"}`]: 1 },
  },
  {
    dashboard: 'pipeline',
    panel: 'Components',
    query: 3,
    what: 'a console that does not report is down',
    series: { [ofLane('backlog_messages', kafka, 'console-1')]: '0x10 stale' },
    atMinute: 20,
    shows: { '{}': 0 },
  },
  {
    dashboard: 'lanes',
    panel: 'Account by country',
    what: 'a row for each country, a column for each lane and its difference',
    series: { ...threeShort, [messages('accepted', 'FR')]: '0x20 7x60', [store(kafka, 'FR')]: '0x20 7x60' },
    atMinute: 34,
    shows: {
      '{country="ES", column="accepted"}': 1_000,
      '{country="FR", column="accepted"}': 7,
      [`{country="ES", lane="${kafka}", column="${kafka}"}`]: 997,
      [`{country="ES", lane="${rabbitmq}", column="${rabbitmq}"}`]: 1_000,
      [`{country="FR", lane="${kafka}", column="${kafka}"}`]: 7,
      [`{country="ES", lane="${kafka}", word="difference", column="difference ${kafka}"}`]: -3,
      [`{country="ES", lane="${rabbitmq}", word="difference", column="difference ${rabbitmq}"}`]: 0,
      [`{country="FR", lane="${kafka}", word="difference", column="difference ${kafka}"}`]: 0,
    },
  },
  {
    dashboard: 'brokers-and-stores',
    panel: 'Store time per message',
    what: '3 s of transactions a minute for 600 messages are 5 ms; a lane without messages has none',
    series: {
      [ofLane('store_seconds_sum', kafka, 'c-1')]: '0+3x40',
      [storedRate(kafka)]: '0+600x40',
      [ofLane('store_seconds_sum', rabbitmq, 'c-2')]: '7x40',
      [storedRate(rabbitmq)]: '7x40',
    },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 0.005 },
  },
  {
    dashboard: 'brokers-and-stores',
    panel: 'Consumers waiting for their store',
    what: 'the mean of two consumers',
    series: {
      [ofLane('store_seconds_sum', kafka, 'c-1')]: '0+60x40',
      [ofLane('store_seconds_sum', kafka, 'c-2')]: '0+30x40',
    },
    atMinute: 20,
    shows: { [`{lane="${kafka}"}`]: 0.75 },
  },
  {
    dashboard: 'brokers-and-stores',
    panel: 'Stores: memory used of the maximum',
    what: 'a share of maxmemory; a store without a maximum has none',
    series: {
      [series('redis_memory_used_bytes', { component: 'valkey' })]: '750x40',
      [series('redis_memory_max_bytes', { component: 'valkey' })]: '1000x40',
      [series('redis_memory_used_bytes', { component: 'redis' })]: '750x40',
      [series('redis_memory_max_bytes', { component: 'redis' })]: '0x40',
    },
    atMinute: 20,
    shows: { '{component="valkey"}': 0.75 },
  },
];
