import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { STATE_DIRECTORY } from '../../../src/cli/paths.ts';
import { runRecordFile } from '../../../src/stack/run-file.ts';
import type { ServiceSpec, Variables } from '../../../src/stack/service-spec.ts';
import { readLanes } from '../../../src/workloads/messages/lanes.ts';
import { type MessagesOptions, messagesServices } from '../../../src/workloads/messages/services.ts';
import { ADDRESSES } from '../../support/server-addresses.ts';

const SOURCE = { addresses: ADDRESSES, logLevel: 'info', operationsPort: 1, httpPort: 2, portOf: () => 3 };
const FOUR = readLanes('rabbitmq-valkey,kafka-redis,kafka-valkey,rabbitmq-redis');

const COMMON = { OPERATIONS_HOST: '127.0.0.1', OPERATIONS_PORT: '1', LOG_LEVEL: 'info' };
const HTTP = { HTTP_HOST: '127.0.0.1', HTTP_PORT: '2' };
const RABBITMQ = {
  RABBITMQ_URL: 'amqp://r',
  RABBITMQ_EXCHANGE: 'message',
  RABBITMQ_QUEUE: 'message',
  RABBITMQ_DEAD_LETTER_QUEUE: 'message.dead',
};
const KAFKA = {
  KAFKA_BROKERS: 'k:1',
  KAFKA_TOPIC: 'message',
  KAFKA_DEAD_LETTER_TOPIC: 'message.dead',
  KAFKA_GROUP: 'caudal',
  KAFKA_SESSION_TIMEOUT_MS: '3000',
  KAFKAJS_NO_PARTITIONER_WARNING: '1',
};

const service = (name: string, options?: MessagesOptions): ServiceSpec => {
  const found = messagesServices(options).find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found;
};
const environment = (name: string, options?: MessagesOptions): Variables =>
  service(name, options).environment(SOURCE);

describe('messagesServices', () => {
  it('makes ingest, one set of consumers per lane, and the console', () => {
    const shapes = messagesServices({ lanes: FOUR, replicas: { 'kafka-consumer': 3 } }).map(
      ({ name, role, replicas, maxReplicas }) => [name, role, replicas, maxReplicas],
    );
    assert.deepEqual(shapes, [
      ['ingest-api', 'entry', 1, 32],
      ['rabbitmq-consumer', 'worker', 1, 32],
      ['kafka-consumer', 'worker', 3, 32],
      ['kafka-valkey-consumer', 'worker', 1, 32],
      ['rabbitmq-redis-consumer', 'worker', 1, 32],
      ['console', 'reader', 1, 1],
    ]);
  });

  it('gives the default lanes the shared names', () => {
    assert.deepEqual(environment('ingest-api'), {
      ...COMMON,
      ...RABBITMQ,
      ...KAFKA,
      ...HTTP,
      BROKERS: 'rabbitmq,kafka',
      RABBITMQ_QUEUES: 'message=message.dead',
    });
    assert.deepEqual(environment('rabbitmq-consumer'), {
      ...COMMON,
      ...RABBITMQ,
      LANE: 'rabbitmq-valkey',
      LANE_BROKER: 'rabbitmq',
      LANE_STORE: 'valkey',
      STORE_URL: 'redis://v:1',
      STORE_KEY_PREFIX: '',
    });
    assert.deepEqual(environment('kafka-consumer'), {
      ...COMMON,
      ...KAFKA,
      LANE: 'kafka-redis',
      LANE_BROKER: 'kafka',
      LANE_STORE: 'redis',
      STORE_URL: 'redis://r:2',
      STORE_KEY_PREFIX: '',
    });
    const {
      LANES = '',
      CONTROL_RECORD = '',
      CONTROL_TARGETS = '',
      PAGE_DIRECTORY,
      ...others
    } = environment('console');
    assert.deepEqual(others, {
      ...COMMON,
      ...RABBITMQ,
      ...KAFKA,
      ...HTTP,
      RABBITMQ_MANAGEMENT_URL: 'http://m',
      PROMETHEUS_URL: 'http://p',
      LIVE: 'on',
      CONTROL: 'local',
    });
    assert.ok(PAGE_DIRECTORY);
    assert.equal(CONTROL_RECORD, runRecordFile(STATE_DIRECTORY));
    assert.deepEqual(JSON.parse(CONTROL_TARGETS), {
      'rabbitmq-valkey': 'rabbitmq-consumer',
      'kafka-redis': 'kafka-consumer',
    });
    assert.deepEqual(JSON.parse(LANES), [
      {
        name: 'rabbitmq-valkey',
        broker: 'rabbitmq',
        store: 'valkey',
        storeUrl: 'redis://v:1',
        storeKeyPrefix: '',
        subscription: 'message',
        deadLetters: 'message.dead',
      },
      {
        name: 'kafka-redis',
        broker: 'kafka',
        store: 'redis',
        storeUrl: 'redis://r:2',
        storeKeyPrefix: '',
        subscription: 'caudal',
        deadLetters: 'message.dead',
      },
    ]);
  });

  it('keeps lanes of one broker or one store apart by their own names', () => {
    const options = { lanes: FOUR };
    assert.equal(
      environment('ingest-api', options).RABBITMQ_QUEUES,
      'message=message.dead,message.rabbitmq-redis=message.rabbitmq-redis.dead',
    );
    const rabbitmq = environment('rabbitmq-redis-consumer', options);
    assert.deepEqual(
      [
        'RABBITMQ_EXCHANGE',
        'RABBITMQ_QUEUE',
        'RABBITMQ_DEAD_LETTER_QUEUE',
        'STORE_URL',
        'STORE_KEY_PREFIX',
      ].map((name) => rabbitmq[name]),
      ['message', 'message.rabbitmq-redis', 'message.rabbitmq-redis.dead', 'redis://r:2', 'rabbitmq-redis:'],
    );
    const kafka = environment('kafka-valkey-consumer', options);
    assert.deepEqual(
      ['KAFKA_TOPIC', 'KAFKA_GROUP', 'KAFKA_DEAD_LETTER_TOPIC', 'STORE_URL', 'STORE_KEY_PREFIX'].map(
        (name) => kafka[name],
      ),
      ['message', 'caudal-kafka-valkey', 'message.kafka-valkey.dead', 'redis://v:1', 'kafka-valkey:'],
    );
    const lanes = JSON.parse(environment('console', options).LANES ?? '') as Record<string, unknown>[];
    assert.deepEqual(
      lanes.map(({ subscription, deadLetters, storeKeyPrefix }) => [
        subscription,
        deadLetters,
        storeKeyPrefix,
      ]),
      [
        ['message', 'message.dead', ''],
        ['caudal', 'message.dead', ''],
        ['caudal-kafka-valkey', 'message.kafka-valkey.dead', 'kafka-valkey:'],
        ['message.rabbitmq-redis', 'message.rabbitmq-redis.dead', 'rabbitmq-redis:'],
      ],
    );
  });

  it('names no broker that no lane reads', () => {
    const variables = environment('ingest-api', { lanes: readLanes('kafka-valkey') });
    assert.equal(variables.BROKERS, 'kafka');
    assert.deepEqual(
      Object.keys(variables).filter((name) => name.startsWith('RABBITMQ')),
      [],
    );
  });

  it('sends a lane to another address of its store, and only that lane', () => {
    const options = { lanes: FOUR, storeUrls: { 'kafka-valkey': 'redis://proxy:3' } };
    assert.equal(environment('kafka-valkey-consumer', options).STORE_URL, 'redis://proxy:3');
    assert.equal(environment('rabbitmq-consumer', options).STORE_URL, 'redis://v:1');
  });

  it('restricts a lane to its countries', () => {
    const lanes = FOUR.map((lane) =>
      lane.name === 'kafka-valkey' ? { ...lane, countries: ['ES', 'MX'] } : lane,
    );
    assert.equal(environment('kafka-valkey-consumer', { lanes }).LANE_COUNTRIES, 'ES,MX');
    assert.equal(environment('kafka-consumer', { lanes }).LANE_COUNTRIES, undefined);
    const [, , lane] = JSON.parse(environment('console', { lanes }).LANES ?? '') as Record<string, unknown>[];
    assert.deepEqual(lane?.countries, ['ES', 'MX']);
  });
});
