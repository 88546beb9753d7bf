import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { encodeEnvelope } from '@caudal/common/message';
import { type BrokerSettings, createConsumer, createPublisher } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { createStore } from '@caudal/common/stores';
import { deleteTopics, eventually, useServers } from '@caudal/common/testing';
import { createConsumerApp } from '../src/app.ts';
import { createLaneMetrics } from '../src/metrics.ts';
import { envelope } from './fakes.ts';

const PARTITIONS = 3;
const MESSAGES = 300;
const servers = useServers('kafka', 'redis');
const logger = createLogger('test', 'silent');

for (const client of ['kafkajs', 'platformatic'] as const) {
  describe(`a store that comes back without its data, by ${client}`, () => {
    const name = `test-${randomBytes(6).toString('hex')}`;
    const cleanUps: (() => Promise<unknown>)[] = [];
    after(async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    });

    it('is given all messages again, although no further one arrives', async () => {
      const { kafka, redis } = servers().addresses;
      const settings: BrokerSettings['kafka'] = {
        client,
        clientId: 'test',
        brokers: kafka.brokers.split(','),
        topic: name,
        deadLetterTopic: `${name}.dead`,
        group: `${name}-group`,
        topology: 'create',
        partitions: PARTITIONS,
        replicationFactor: 1,
        minInsyncReplicas: 1,
        maxBytesPerPartition: 524_288,
        requestTimeoutMs: 5_000,
        sessionTimeoutMs: 6_000,
      };
      cleanUps.push(() => deleteTopics(settings.brokers, [settings.topic, settings.deadLetterTopic]));
      const storeSettings = { clientName: name, url: redis.url, ca: undefined, keyPrefix: `${name}:` };
      const store = await createStore('redis', { ...storeSettings, commandTimeoutMs: 2_000 }, logger);
      cleanUps.push(() => store.close());
      const consumer = await createConsumer({ name: 'kafka', settings }, { logger });
      cleanUps.push(() => consumer.stop());
      const failures: unknown[] = [];
      const app = createConsumerApp({
        consumer,
        store,
        metrics: createLaneMetrics(
          createRegistry(),
          { name: 'kafka-redis' },
          () => consumer.assignments().length,
        ),
        logger,
        maxMessages: 500,
        stopping: new AbortController().signal,
        onFatal: (error) => failures.push(error),
      });
      await app.start();
      const publisher = await createPublisher({ name: 'kafka', settings }, { logger });
      cleanUps.push(() => publisher.close());
      await publisher.connect();
      const bodies = Array.from({ length: MESSAGES }, (_, sequence) => encodeEnvelope(envelope(sequence)));
      for (let from = 0; from < MESSAGES; from += 10) await publisher.publish(bodies.slice(from, from + 10));
      const sources = Array.from({ length: PARTITIONS }, (_, partition) => `${name}:${partition}`);
      // While its connection is cut the store cannot say.
      const untilStored = () =>
        eventually(
          async () => ({ total: (await store.totals()).total, inHand: consumer.inHand() }),
          ({ total, inHand }) => total === MESSAGES && inHand === 0,
          { pastErrors: true },
        );
      await untilStored();
      const stood = await store.positions(sources);
      assert.ok(sources.every((source) => (stood.get(source) ?? 0) > 0));

      await loseData(redis.url, name);
      await untilStored();
      assert.deepEqual(
        [await store.identities(), await store.positions(sources), failures],
        [MESSAGES, stood, []],
      );
    });
  });
}

/** Deletes a lane's keys and cuts the connections, as a server does that is started again without its data. */
async function loseData(redisUrl: string, name: string): Promise<void> {
  const { hostname, port, password } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  const script = "return redis.call('del', unpack(redis.call('keys', ARGV[1])))";
  const commands = [`AUTH ${password}`, `EVAL "${script}" 0 ${name}:*`, 'CLIENT KILL TYPE normal', 'QUIT'];
  socket.write(commands.map((command) => `${command}\r\n`).join(''));
  let replies = '';
  for await (const chunk of socket) replies += String(chunk);
  assert.match(replies, /^\+OK\r\n:[1-9]\d*\r\n:[1-9]\d*\r\n\+OK\r\n$/);
}
