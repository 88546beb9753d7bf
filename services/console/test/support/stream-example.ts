import { hueOfLane } from '@caudal/common/palette';
import type { History, StreamState } from '../../src/schemas.ts';

/** Start of the example's time: 2026-11-26 08:10:12 UTC. */
const AT = Date.UTC(2026, 10, 26, 8, 10, 12);

const byCountry = { ES: 14_143, FR: 6_087, JP: 9_204, DE: 5_770, BR: 4_800, US: 9_100, SG: 100 };
const byWeather = { sunny: 30_000, rainy: 14_204, snowy: 5_000 };

/** A state of the stream under load, as in the event `snapshot`: for tests and for building the page. */
export const STREAM_EXAMPLE: StreamState = {
  at: AT,
  intervalMs: 500,
  lights: {
    messages: {
      state: 'in-flight',
      line: '252 in flight',
      since: AT - 12_000,
      accepted: 49_456,
      inFlight: 252,
      oldestSeconds: 0.4,
      etaSeconds: 0.1,
      reasons: [
        { kind: 'in-hand', lane: 'rabbitmq-valkey', count: 212, text: 'rabbitmq-valkey: 212 in hand' },
        { kind: 'waiting', lane: 'kafka-redis', count: 40, text: 'kafka-redis: 40 waiting' },
      ],
      lastCertain: { state: 'exact', at: AT - 12_500 },
    },
  },
  ingest: {
    accepted: 49_456,
    byCountry: { ...byCountry, ES: 14_395 },
    perSecond: 2_140,
    seconds: { p50: 0.004, p95: 0.018, p99: 0.031 },
    note: 'From counters scraped in the last 7 days.',
  },
  lanes: {
    'rabbitmq-valkey': {
      position: 0,
      broker: 'rabbitmq',
      store: 'valkey',
      brokerTitle: 'RabbitMQ',
      storeTitle: 'Valkey',
      hue: hueOfLane('rabbitmq', 'valkey'),
      state: 'running',
      stored: { total: 49_204, byCountry, byWeather },
      perSecond: 2_139.2,
      seconds: { p50: 0.007, p95: 0.027, p99: 0.034 },
      backlog: {
        messages: 212,
        covers: 'waiting and in hand',
        waiting: 0,
        inHand: 212,
        secondsBehind: 0.1,
        consumers: 1,
      },
      deadLetters: 0,
      errors: {},
    },
    'kafka-redis': {
      position: 1,
      broker: 'kafka',
      store: 'redis',
      brokerTitle: 'Kafka',
      storeTitle: 'Redis',
      hue: hueOfLane('kafka', 'redis'),
      state: 'running',
      stored: { total: 49_204, byCountry, byWeather },
      perSecond: 2_140.5,
      seconds: { p50: 0.012, p95: 0.028, p99: 0.03 },
      backlog: { messages: 40, covers: 'waiting and in hand', secondsBehind: 0.1, consumers: 2 },
      deadLetters: 3,
      errors: {},
    },
  },
  consumers: {
    'kafka-redis/kafka-redis-1': {
      lane: 'kafka-redis',
      name: 'kafka-redis-1',
      state: 'running',
      sources: 6,
      partitions: [0, 1, 2, 3, 4, 5],
      inHand: 31,
      perSecond: 1_070,
      p95Seconds: 0.028,
    },
    'kafka-redis/kafka-redis-2': {
      lane: 'kafka-redis',
      name: 'kafka-redis-2',
      state: 'running',
      sources: 6,
      partitions: [6, 7, 8, 9, 10, 11],
      inHand: 9,
      perSecond: 1_070.5,
      p95Seconds: 0.03,
    },
    'rabbitmq-valkey/rabbitmq-valkey-1': {
      lane: 'rabbitmq-valkey',
      name: 'rabbitmq-valkey-1',
      state: 'running',
      sources: 1,
      inHand: 212,
      prefetch: 2_000,
      perSecond: 2_139.2,
      p95Seconds: 0.027,
    },
  },
  partitions: { 'kafka-redis': 12 },
  live: { enabled: true },
  scale: { enabled: false, reason: 'the console has no right to scale' },
};

/** What the charts show when the page opens: five minutes of the example, one point a second. */
export const HISTORY_EXAMPLE: History = {
  source: 'prometheus',
  at: Array.from({ length: 300 }, (_, i) => AT - (300 - i) * 1_000),
  ingest: { perSecond: wave(2_140, 0) },
  lanes: {
    'rabbitmq-valkey': laneHistory(0),
    'kafka-redis': laneHistory(3),
  },
};

function laneHistory(shift: number): History['lanes'][string] {
  return {
    perSecond: wave(2_140, shift),
    p50: wave(0.01, shift),
    p95: wave(0.027, shift),
    p99: wave(0.034, shift),
    backlog: wave(140, shift).map((value) => Math.round(value)),
  };
}

function wave(level: number, shift: number): number[] {
  return Array.from({ length: 300 }, (_, i) => level * (1 + 0.2 * Math.sin((i + shift) / 17)));
}
