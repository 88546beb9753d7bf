import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { rabbitmqManagement } from '@caudal/common/testing';
import { withTunnels } from '../../src/cluster/tunnel.ts';
import { useRelease } from './support/index.ts';
import { readSecrets } from './support/leaks.ts';
import { type KafkaUser, kafkaAttempts } from './support/rights-kafka.ts';
import { rabbitmqAttempts } from './support/rights-rabbitmq.ts';
import { storeAttempts } from './support/rights-stores.ts';

const release = useRelease({ shares: { release: 'minimal', turn: 1 }, preset: 'minimal' });
let passwords: ReadonlyMap<string, string>;

/** Password of a user of a server, from its Secret. */
function passwordOf(server: string, user: string): string {
  const password = passwords.get(`caudal-${server}-auth/${user}-password`);
  assert.ok(password, `${server} has a password of ${user}`);
  return password;
}

/** Works with a port of a server's first pod, as a port of this machine. */
function withPort<Result>(
  server: string,
  port: number,
  work: (port: number) => Promise<Result>,
): Promise<Result> {
  const { running } = release().on;
  const { namespace } = release().release;
  const target = { namespace, pod: release().release.nameOf(`${server}-0`), port };
  return withTunnels(running, { target }, (ports) => work(ports.target));
}

describe('least rights', () => {
  before(async () => {
    passwords = await readSecrets(release());
  });

  describe('RabbitMQ', () => {
    const attempt = (user: string, password = passwordOf('rabbitmq', user)) =>
      withPort('rabbitmq', 5672, (port) => rabbitmqAttempts({ port, user, password }));
    const none = 'refused';

    it('lets the ingest publish messages and do nothing else', async () => {
      assert.deepEqual(await attempt('ingest'), {
        'see message': 'allowed',
        'see message.dead': 'allowed',
        'publish to message': 'allowed',
        'publish to message.dead': none,
        'publish past the exchange': none,
        'consume message': none,
        'consume message.dead': none,
        'purge message': none,
        'delete message': none,
        'declare a queue': none,
        'declare an exchange': none,
        'bind message': none,
      });
    });

    it('lets the consumer take messages and park them, and do nothing else', async () => {
      assert.deepEqual(await attempt('consumer'), {
        'see message': 'allowed',
        'see message.dead': 'allowed',
        'publish to message': none,
        'publish to message.dead': 'allowed',
        'publish past the exchange': none,
        'consume message': 'allowed',
        'consume message.dead': none,
        // Who may take messages may take all of them at once.
        'purge message': 'allowed',
        'delete message': none,
        'declare a queue': none,
        'declare an exchange': none,
        'bind message': none,
      });
    });

    it('lets the console look, with the right to read that looking takes, and change no topology', async () => {
      assert.deepEqual(await attempt('console'), {
        'see message': 'allowed',
        'see message.dead': 'allowed',
        'publish to message': none,
        'publish to message.dead': none,
        'publish past the exchange': none,
        // Since 4.2.6 RabbitMQ reports the length of a queue only to users with a permission on it; read is the least.
        'consume message': 'allowed',
        'consume message.dead': 'allowed',
        'purge message': 'allowed',
        'delete message': none,
        'declare a queue': none,
        'declare an exchange': none,
        'bind message': none,
      });
    });

    it('refuses whoever has no password', async () => {
      for (const [user, password] of [
        ['guest', 'guest'],
        ['ingest', 'wrong'],
        ['ingest', ''],
        ['admin', passwordOf('rabbitmq', 'ingest')],
      ] as const)
        await assert.rejects(attempt(user, password), /ACCESS[_-]REFUSED/, `${user}:${password}`);
    });

    it('shows its management to its administrator, and its queues to the console', async () => {
      const ask = (user: string, password: string, path = '/api/overview') =>
        withPort('rabbitmq', 15672, async (port) => {
          const url = new URL(`http://127.0.0.1:${port}`);
          url.username = user;
          url.password = password;
          return (await rabbitmqManagement(url.href)('GET', path)).status;
        });
      assert.equal(await ask('admin', passwordOf('rabbitmq', 'admin')), 200);
      for (const user of ['ingest', 'consumer'])
        assert.equal(await ask(user, passwordOf('rabbitmq', user)), 401, user);
      const asConsole = (path: string) => ask('console', passwordOf('rabbitmq', 'console'), path);
      assert.equal(
        await asConsole('/api/queues/%2F/message?disable_stats=true&enable_queue_totals=true'),
        200,
      );
      assert.equal(await asConsole('/api/users'), 401);
      assert.equal(await asConsole('/api/definitions'), 401);
      assert.equal(await ask('guest', 'guest'), 401);
    });
  });

  describe('Kafka', () => {
    const attempt = (user: KafkaUser | undefined) =>
      withPort('kafka', 9092, (port) =>
        kafkaAttempts({ port, user, admin: { username: 'admin', password: passwordOf('kafka', 'admin') } }),
      );
    const as = (username: string): KafkaUser => ({ username, password: passwordOf('kafka', username) });

    it('lets the ingest produce messages and do nothing else', async () => {
      assert.deepEqual(await attempt(as('ingest')), {
        'see the topics': ['message', 'message.dead'],
        'produce to message': 'allowed',
        'produce to message.dead': 'TOPIC_AUTHORIZATION_FAILED',
        'fetch message': 'TOPIC_AUTHORIZATION_FAILED',
        'join the group': 'GROUP_AUTHORIZATION_FAILED',
        'make a topic': 'TOPIC_AUTHORIZATION_FAILED',
        'delete message': 'TOPIC_AUTHORIZATION_FAILED',
        'grant itself more': 'CLUSTER_AUTHORIZATION_FAILED',
      });
    });

    it('lets the consumer take messages and park them, and do nothing else', async () => {
      assert.deepEqual(await attempt(as('consumer')), {
        'see the topics': ['message', 'message.dead'],
        'produce to message': 'TOPIC_AUTHORIZATION_FAILED',
        'produce to message.dead': 'allowed',
        'fetch message': 'allowed',
        'join the group': 'allowed',
        'make a topic': 'TOPIC_AUTHORIZATION_FAILED',
        'delete message': 'TOPIC_AUTHORIZATION_FAILED',
        'grant itself more': 'CLUSTER_AUTHORIZATION_FAILED',
      });
    });

    it('lets the console look and do nothing else', async () => {
      assert.deepEqual(await attempt(as('console')), {
        'see the topics': ['message', 'message.dead'],
        'produce to message': 'TOPIC_AUTHORIZATION_FAILED',
        'produce to message.dead': 'TOPIC_AUTHORIZATION_FAILED',
        'fetch message': 'TOPIC_AUTHORIZATION_FAILED',
        'join the group': 'GROUP_AUTHORIZATION_FAILED',
        'make a topic': 'TOPIC_AUTHORIZATION_FAILED',
        'delete message': 'TOPIC_AUTHORIZATION_FAILED',
        'grant itself more': 'CLUSTER_AUTHORIZATION_FAILED',
      });
    });

    it('refuses whoever has no password', async () => {
      await assert.rejects(
        attempt({ username: 'ingest', password: 'wrong' }),
        /SASL PLAIN authentication failed/,
      );
      await assert.rejects(attempt(undefined), /closed|disconnected|ECONNRESET|unsupported/i);
    });
  });

  for (const server of ['valkey', 'redis'] as const) {
    describe(server, () => {
      const attempt = (user: string | undefined, password?: string) =>
        withPort(server, 6379, (port) =>
          storeAttempts({ port, user, password: password ?? (user && passwordOf(server, user)) }),
        );

      it('lets the consumer count and do nothing else', async () => {
        assert.deepEqual(await attempt('consumer'), ['EVAL that counts', 'HGETALL country_counts', 'PING']);
      });

      it('lets the console read the counts and do nothing else', async () => {
        assert.deepEqual(await attempt('console'), ['HGETALL country_counts', 'PING', 'SCAN']);
      });

      it('lets the exporter read how it is and do nothing else', async () => {
        assert.deepEqual(await attempt('exporter'), ['PING', 'SLOWLOG']);
      });

      it('refuses whoever has no password', async () => {
        await assert.rejects(attempt(undefined), /NOAUTH/);
        await assert.rejects(attempt('consumer', 'wrong'), /WRONGPASS/);
        await assert.rejects(attempt('default', ''), /WRONGPASS/);
      });
    });
  }
});
