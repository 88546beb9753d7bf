import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { parseIngestConfig } from '../src/config.ts';

const NEEDED = { RABBITMQ_URL: 'amqp://broker', KAFKA_BROKERS: 'broker:9092' };

describe('the configuration', () => {
  it('needs to know where the brokers are, and nothing else', () => {
    const config = parseIngestConfig(NEEDED);
    assert.equal(config.http.port, 8080);
    assert.equal(config.publishTimeoutMs, 5_000);
    assert.equal(config.limits.maxBodyBytes, 2 ** 20);
    assert.deepEqual(config.apiKeys, []);
    assert.equal(config.rabbitmq.url, 'amqp://broker');
    assert.deepEqual(config.kafka.brokers, ['broker:9092']);
  });

  it('leaves the addresses to listen on to the system, so that IPv6 is served where there is any', () => {
    const { http, operations } = parseIngestConfig(NEEDED);
    assert.deepEqual([http.host, operations.host], [undefined, undefined]);
  });

  it('lists every problem at once', () => {
    assert.throws(
      () =>
        parseIngestConfig({
          HTTP_PORT: '70000',
          API_KEYS: 'too-short,and-one-that-is-long-enough',
          MAX_PENDING_MESSAGES: '10',
        }),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        const names = error.problems.map((problem) => problem.split(':')[0]).sort();
        assert.deepEqual(names, [
          'API_KEYS',
          'HTTP_PORT',
          'KAFKA_BROKERS',
          'MAX_PENDING_MESSAGES',
          'RABBITMQ_URL',
        ]);
        assert.doesNotMatch(error.message, /too-short|long-enough/);
        return true;
      },
    );
  });

  it('reads API keys as a list', () => {
    const { apiKeys } = parseIngestConfig({
      ...NEEDED,
      API_KEYS: 'first-key-of-sixteen, second-key-of-sixteen',
    });
    assert.deepEqual(apiKeys, ['first-key-of-sixteen', 'second-key-of-sixteen']);
  });
});
