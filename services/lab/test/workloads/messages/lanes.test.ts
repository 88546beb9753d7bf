import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultLanes } from '@caudal/common/lanes';
import { BROKER_NAMES } from '@caudal/common/messaging';
import { STORE_NAMES } from '@caudal/common/stores';
import { UsageError } from '../../../src/cli/arguments.ts';
import { brokersOf, consumerOf, readLanes } from '../../../src/workloads/messages/lanes.ts';

describe('readLanes', () => {
  it('gives the default lanes when nothing is asked for, and when they are', () => {
    assert.deepEqual(readLanes(undefined), defaultLanes());
    assert.deepEqual(readLanes('rabbitmq-valkey,kafka-redis'), defaultLanes());
  });

  it('gives every other pair names of its own', () => {
    assert.deepEqual(readLanes('kafka-valkey, rabbitmq-redis'), [
      {
        name: 'kafka-valkey',
        broker: 'kafka',
        store: 'valkey',
        subscription: 'caudal-kafka-valkey',
        deadLetters: 'message.kafka-valkey.dead',
        keyPrefix: 'kafka-valkey:',
        countries: undefined,
      },
      {
        name: 'rabbitmq-redis',
        broker: 'rabbitmq',
        store: 'redis',
        subscription: 'message.rabbitmq-redis',
        deadLetters: 'message.rabbitmq-redis.dead',
        keyPrefix: 'rabbitmq-redis:',
        countries: undefined,
      },
    ]);
  });

  for (const [text, message] of [
    ['kafka-mongo', "--lanes: 'kafka-mongo' is no lane: use <broker>-<store> with broker"],
    ['nats-redis', "--lanes: 'nats-redis' is no lane: use <broker>-<store> with broker"],
    ['kafka-redis,', "--lanes: '' is no lane"],
    ['kafka', "--lanes: 'kafka' is no lane"],
    ['kafka-redis,kafka-valkey,kafka-redis', '--lanes: kafka-redis is listed twice; name it once'],
  ] as const) {
    it(`refuses ${text || 'nothing'} and names it with what is allowed`, () => {
      assert.throws(
        () => readLanes(text),
        (error) => error instanceof UsageError && error.message.startsWith(message),
      );
    });
  }

  it('names every allowed broker and store', () => {
    const [brokers, stores] = [BROKER_NAMES, STORE_NAMES].map((names) => names.join(' or '));
    assert.throws(
      () => readLanes('x'),
      (error) =>
        error instanceof UsageError &&
        error.message.endsWith(`with broker ${brokers} and store ${stores}`) &&
        ['rabbitmq', 'kafka', 'valkey', 'redis'].every((name) => error.message.includes(name)),
    );
  });
});

describe('the lanes of a deployment', () => {
  const lanes = readLanes('kafka-redis,kafka-valkey,rabbitmq-valkey');

  it('have consumers that go by the broker in default lanes and by the lane in others', () => {
    assert.deepEqual(lanes.map(consumerOf), ['kafka-consumer', 'kafka-valkey-consumer', 'rabbitmq-consumer']);
  });

  it('have each broker once', () => {
    assert.deepEqual(brokersOf(lanes), ['rabbitmq', 'kafka']);
    assert.deepEqual(brokersOf(lanes.slice(0, 2)), ['kafka']);
  });
});
