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
    const [rabbitmq, kafka] = config.brokers;
    assert.ok(rabbitmq?.name === 'rabbitmq' && kafka?.name === 'kafka');
    assert.equal(rabbitmq.settings.url, 'amqp://broker');
    assert.deepEqual(kafka.settings.brokers, ['broker:9092']);
    assert.equal(config.brokers.length, 2);
  });

  it('publishes to the brokers that are listed, and asks for the variables of no other', () => {
    const { brokers } = parseIngestConfig({ BROKERS: 'kafka', KAFKA_BROKERS: 'broker:9092' });
    assert.deepEqual(
      brokers.map(({ name }) => name),
      ['kafka'],
    );
    const problemsOf = (list: string) => {
      try {
        parseIngestConfig({ BROKERS: list });
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
      }
      return [];
    };
    assert.match(problemsOf('rabbitmq').join(), /^RABBITMQ_URL: is required/);
    assert.match(problemsOf('nats').join(), /^BROKERS: .*rabbitmq.*kafka/);
    assert.match(problemsOf('kafka,kafka').join(), /^BROKERS: must not name a broker twice/);
    assert.match(problemsOf(',').join(), /^BROKERS: must list at least one broker/);
  });

  it('wants the queues of all lanes bound to the exchange, each with dead letters of its own', () => {
    const queuesOf = (more: Record<string, string>) => {
      const [rabbitmq] = parseIngestConfig({ ...NEEDED, ...more }).brokers;
      assert.ok(rabbitmq?.name === 'rabbitmq');
      return { exchange: rabbitmq.settings.exchange, queues: rabbitmq.settings.queues };
    };
    assert.deepEqual(queuesOf({}), {
      exchange: 'message',
      queues: [{ queue: 'message', deadLetterQueue: 'message.dead' }],
    });
    const several = queuesOf({
      RABBITMQ_DEAD_LETTER_QUEUE: 'poison',
      RABBITMQ_QUEUES: 'message, message.b, message.c=c.poison',
      RABBITMQ_EXCHANGE: 'fan',
    });
    assert.deepEqual(several, {
      exchange: 'fan',
      queues: [
        { queue: 'message', deadLetterQueue: 'poison' },
        { queue: 'message.b', deadLetterQueue: 'message.b.dead' },
        { queue: 'message.c', deadLetterQueue: 'c.poison' },
      ],
    });
    assert.throws(() => queuesOf({ RABBITMQ_QUEUES: 'a=b=c' }), /RABBITMQ_QUEUES: must be a list/);
    assert.throws(() => queuesOf({ RABBITMQ_QUEUES: 'a,a' }), /RABBITMQ_QUEUES: must not name a queue twice/);
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
