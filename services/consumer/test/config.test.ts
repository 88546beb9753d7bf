import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
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

  it('names every variable that is missing or wrong', () => {
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
