import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { BROKER_NAMES } from '@caudal/common/messaging';
import { STORE_NAMES } from '@caudal/common/stores';
import { loadConfig } from '../src/config.ts';

const rabbitmq = {
  LANE: 'rabbitmq-valkey',
  LANE_BROKER: 'rabbitmq',
  LANE_STORE: 'valkey',
  STORE_URL: 'redis://127.0.0.1:6379',
  STORE_PASSWORD: 'p/ss',
  RABBITMQ_URL: 'amqp://127.0.0.1',
};

describe("the consumer's configuration", () => {
  it('asks only for the broker of its lane', () => {
    const config = loadConfig(rabbitmq);
    assert.equal(config.broker.name, 'rabbitmq');
    assert.equal(config.store.settings.url, 'redis://:p%2Fss@127.0.0.1:6379');
    assert.equal(config.batchMaxMessages, 1_000);
    const kafka = loadConfig({
      ...rabbitmq,
      LANE_BROKER: 'kafka',
      KAFKA_BROKERS: 'a:1,b:2',
      RABBITMQ_URL: undefined,
    });
    assert.ok(kafka.broker.name === 'kafka');
    assert.deepEqual(kafka.broker.settings.brokers, ['a:1', 'b:2']);
    assert.equal(kafka.batchMaxMessages, 4_000);
    assert.equal(loadConfig({ ...rabbitmq, BATCH_MAX_MESSAGES: '50' }).batchMaxMessages, 50);
  });

  it('keeps the identities of keys for four days by default, and never for less than one', () => {
    const hours = (value?: string) =>
      loadConfig({ ...rabbitmq, IDENTITY_KEY_RETENTION_HOURS: value }).store.settings.keyRetentionHours;
    assert.equal(hours(), 96);
    assert.equal(hours('200'), 200);
    assert.throws(() => hours('23'), /IDENTITY_KEY_RETENTION_HOURS: /);
  });

  it('takes the messages of all countries, or of those that are listed', () => {
    assert.equal(loadConfig(rabbitmq).countries, undefined);
    assert.deepEqual(loadConfig({ ...rabbitmq, LANE_COUNTRIES: 'ES, PT,ES' }).countries, ['ES', 'PT']);
    assert.throws(
      () => loadConfig({ ...rabbitmq, LANE_COUNTRIES: 'Spain' }),
      /LANE_COUNTRIES: must be ISO 3166-1 alpha-2 codes, such as ES/,
    );
  });

  it('binds its own queue to the exchange that all lanes share', () => {
    const namesOf = (more: Record<string, string>) => {
      const { broker } = loadConfig({ ...rabbitmq, ...more });
      assert.ok(broker.name === 'rabbitmq');
      return [broker.settings.exchange, broker.settings.queue];
    };
    assert.deepEqual(namesOf({}), ['message', 'message']);
    assert.deepEqual(namesOf({ RABBITMQ_QUEUE: 'q' }), ['q', 'q']);
    assert.deepEqual(namesOf({ RABBITMQ_EXCHANGE: 'message', RABBITMQ_QUEUE: 'message.b' }), [
      'message',
      'message.b',
    ]);
  });

  it('names every variable that is missing or wrong', () => {
    const listed = (names: readonly string[]) => names.map((name) => `"${name}"`).join('\\|');
    assert.throws(
      () => loadConfig({ ...rabbitmq, LANE_BROKER: 'nats', LANE_STORE: 'disk' }),
      (error) =>
        error instanceof ConfigError &&
        new RegExp(`^LANE_BROKER: .*${listed(BROKER_NAMES)}\nLANE_STORE: .*${listed(STORE_NAMES)}$`).test(
          error.problems.join('\n'),
        ),
    );
    assert.throws(
      () => loadConfig({ LANE: 'No Lane', LANE_BROKER: 'kafka' }),
      (error) =>
        error instanceof ConfigError &&
        ['LANE:', 'LANE_STORE:', 'STORE_URL:', 'KAFKA_BROKERS:'].every((name) =>
          error.problems.some((problem) => problem.startsWith(name)),
        ),
    );
  });
});
