import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Servers } from '../../../../../tools/servers/servers.ts';
import type { Stack } from '../../../src/stack/stack.ts';
import { MESSAGES } from '../../../src/workloads/messages/index.ts';

const FOUR = 'rabbitmq-valkey,kafka-redis,kafka-valkey,rabbitmq-redis';
const setsOf = (args: readonly string[]) =>
  MESSAGES.start.parse(args).services.map(({ name, replicas }) => `${name}=${replicas}`);
const STACK = { url: (service: string) => `http://${service}` } as Stack;
const SERVERS = {
  addresses: {
    prometheus: { url: 'http://prometheus' },
    rabbitmq: { managementUrl: 'http://user:secret@127.0.0.1:15672' },
  },
} as Servers;

describe('the command lines of messages', () => {
  it('start the two default lanes with their servers', () => {
    const choice = MESSAGES.start.parse([]);
    assert.deepEqual(setsOf([]), ['ingest-api=1', 'rabbitmq-consumer=2', 'kafka-consumer=1', 'console=1']);
    assert.deepEqual(choice.servers, ['rabbitmq', 'kafka', 'valkey', 'redis', 'prometheus']);
    assert.equal(choice.load?.announcement, 'posting 10,000 messages with 100 users …');
    assert.deepEqual(choice.load?.settings, {
      messages: 10_000,
      users: 100,
      seed: '1',
      'ingest-api': 1,
      'rabbitmq-consumer': 2,
      'kafka-consumer': 1,
    });
  });

  it('start the lanes that are named, and only the servers that these need', () => {
    assert.deepEqual(setsOf(['--lanes', FOUR]), [
      'ingest-api=1',
      'rabbitmq-consumer=2',
      'kafka-consumer=1',
      'kafka-valkey-consumer=1',
      'rabbitmq-redis-consumer=1',
      'console=1',
    ]);
    const { servers, setup } = MESSAGES.start.parse(['--lanes', 'kafka-valkey']);
    assert.deepEqual(servers, ['kafka', 'valkey', 'prometheus']);
    assert.deepEqual(setup, { lanes: 'kafka-valkey' });
  });

  it('suggest what to try with the lanes that run', () => {
    const suggested = (...args: readonly string[]) =>
      MESSAGES.start.parse(args).nextSteps(STACK, SERVERS).split('\n');
    const both = suggested();
    for (const line of [
      '  ingest API   http://ingest-api/docs',
      '  RabbitMQ     http://127.0.0.1:15672 (user user, password secret)',
      '  npm run scale -- rabbitmq-consumer=4',
      '  npm run servers -- kill valkey     its lane pauses, the other continues',
      '  npm run servers -- start valkey    restores it: the lane drains',
      '  npm run verify -- --deep           compares the last load with both stores again, key by key',
    ]) {
      assert.ok(both.includes(line), line);
    }
    const one = suggested('--lanes', 'kafka-redis');
    assert.ok(one.includes('  npm run scale -- kafka-consumer=4'));
    assert.ok(!one.some((line) => line.includes('RabbitMQ')));
  });

  it('refuse a lane of an unknown broker or store by name', () => {
    for (const verb of ['start', 'chaos'] as const) {
      assert.throws(() => MESSAGES[verb].parse(['--lanes', 'kafka-etcd']), {
        name: 'UsageError',
        message: /^--lanes: 'kafka-etcd' is no lane: /,
      });
    }
  });

  it('refuse a number of consumers for a lane that does not run', () => {
    assert.throws(() => MESSAGES.start.parse(['--lanes', 'kafka-valkey', '--kafka-consumers', '2']), {
      name: 'UsageError',
      message: /^--kafka-consumers: none of the lanes has a kafka-consumer/,
    });
  });

  it('break every server of the lanes that run, with two processes of each set', () => {
    const { servers, settings } = MESSAGES.chaos.parse(['--lanes', 'kafka-valkey']);
    assert.deepEqual(servers, ['kafka', 'valkey']);
    assert.deepEqual(settings, { 'ingest-api': 2, 'kafka-valkey-consumer': 2 });
  });
});
