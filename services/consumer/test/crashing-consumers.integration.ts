import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@caudal/common/logging';
import { type Envelope, encodeEnvelope } from '@caudal/common/message';
import { type BrokerSettings, createPublisher } from '@caudal/common/messaging';
import { type CountStore, createStore, type StoreSettings } from '@caudal/common/stores';
import { deleteTopics, eventually, readTopic, useServers } from '@caudal/common/testing';
import { LONE_CRASHES } from '../src/killer-guard.ts';
import { type DeadlyConsumerOptions, FREEZES, KILLS } from './programs/deadly-consumer.ts';

const PROGRAM = fileURLToPath(new URL('./programs/deadly-consumer.ts', import.meta.url));
const servers = useServers('kafka', 'redis');
const logger = createLogger('test', 'silent');

for (const client of ['kafkajs', 'platformatic'] as const) {
  describe(`consumers that crash or freeze, by ${client}`, () => {
    let settings: BrokerSettings['kafka'];
    let storeSettings: StoreSettings;
    let store: CountStore;
    const children: ChildProcess[] = [];

    before(async () => {
      const name = `test-${randomBytes(6).toString('hex')}`;
      const { kafka, redis } = servers().addresses;
      settings = {
        client,
        clientId: 'test',
        brokers: kafka.brokers.split(','),
        topic: name,
        deadLetterTopic: `${name}.dead`,
        group: `${name}-group`,
        topology: 'create',
        partitions: 3,
        replicationFactor: 1,
        minInsyncReplicas: 1,
        maxBytesPerPartition: 524_288,
        requestTimeoutMs: 5_000,
        sessionTimeoutMs: 2_000,
      };
      storeSettings = {
        clientName: 'test',
        url: redis.url,
        ca: undefined,
        keyPrefix: `${name}:`,
        commandTimeoutMs: 2_000,
      };
      store = await createStore('redis', storeSettings, logger);
      await store.connect();
    });
    afterEach(async () => {
      await Promise.all(children.splice(0).map((child) => end(child)));
    });
    after(async () => {
      await store.close();
      await deleteTopics(settings.brokers, [settings.topic, settings.deadLetterTopic]);
    });

    /** Starts a consumer; `said` resolves when it printed a line. */
    function startConsumer(freezes = false): {
      readonly child: ChildProcess;
      said(line: string): Promise<void>;
    } {
      const options: DeadlyConsumerOptions = {
        broker: { name: 'kafka', settings },
        store: storeSettings,
        freezes,
        maxMessages: 500,
      };
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', PROGRAM, JSON.stringify(options)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      children.push(child);
      const lines = createInterface({ input: child.stdout });
      const heard = new Set<string>();
      let isOver = false;
      lines.on('line', (line) => heard.add(line));
      lines.once('close', () => {
        isOver = true;
      });
      const said = async (line: string) => {
        while (!heard.has(line)) {
          if (isOver) throw new Error(`the consumer ended before it printed "${line}"`);
          await Promise.race([once(lines, 'line'), once(lines, 'close')]);
        }
      };
      return { child, said };
    }

    async function end(child: ChildProcess): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await exited;
    }

    async function publish(envelopes: readonly Envelope[]): Promise<void> {
      const publisher = await createPublisher({ name: 'kafka', settings }, { logger });
      await publisher.connect();
      for (let from = 0; from < envelopes.length; from += 50)
        await publisher.publish(envelopes.slice(from, from + 50).map(encodeEnvelope));
      await publisher.close();
    }

    async function untilStored(total: number): Promise<void> {
      await eventually(
        () => store.totals(),
        (totals) => totals.total === total,
        { what: `${total} messages to be stored` },
      );
    }

    it('park the message that kills them, and store everything else once', async () => {
      const producer = randomBytes(8).toString('hex');
      const envelopes = envelopesOf(producer, 1_500);
      envelopes[700] = { ...(envelopes[700] as Envelope), description: KILLS };
      await publish(envelopes);
      const before = (await store.totals()).total;
      let crashes = 0;
      let isDone = false;
      const supervise = async () => {
        while (!isDone) {
          const [, signal] = (await once(startConsumer().child, 'exit')) as [number | null, string | null];
          if (signal === 'SIGKILL') crashes += 1;
        }
      };
      const supervised = supervise();
      await untilStored(before + 1_499);
      isDone = true;
      await Promise.all(children.map((child) => end(child)));
      await supervised;
      assert.ok(crashes > LONE_CRASHES, `${crashes} crashes`);
      const { total } = await store.totals();
      assert.deepEqual([total - before, await store.identities()], [1_499, total]);
      const [letter, ...others] = await readTopic(settings.brokers, settings.deadLetterTopic);
      assert.equal(others.length, 0);
      assert.equal(letter?.value, encodeEnvelope(envelopes[700]).toString());
      const { 'caudal-reason': reason, 'caudal-source': source } = letter.headers;
      assert.equal(reason, `killed its consumer ${LONE_CRASHES} times while it was handled alone`);
      assert.match(source ?? '', new RegExp(`^${settings.topic}:\\d+:\\d+$`));
    });

    it('write nothing when they wake after their partitions went to another consumer', async () => {
      const producer = randomBytes(8).toString('hex');
      const before = (await store.totals()).total;
      const zombie = startConsumer(true);
      await zombie.said('joined');
      const envelopes = envelopesOf(producer, 600);
      envelopes[300] = { ...(envelopes[300] as Envelope), description: FREEZES };
      await publish(envelopes);
      await zombie.said('freezing');
      const successor = startConsumer();
      await untilStored(before + 600);
      zombie.child.kill('SIGCONT');
      await zombie.said('moved');
      await publish(envelopesOf(producer, 200, 600));
      await untilStored(before + 800);
      // It has rejoined the group: it consumes alone once its successor is gone.
      await end(successor.child);
      await publish(envelopesOf(producer, 200, 800));
      await untilStored(before + 1_000);
      assert.equal(await store.identities(), (await store.totals()).total);
    });
  });
}

function envelopesOf(producer: string, count: number, from = 0): Envelope[] {
  return Array.from({ length: count }, (_, index) => ({
    description: 'harmless',
    country: 'ES',
    weather: 'sunny',
    producer,
    sequence: from + index,
    acceptedAt: Date.now(),
  }));
}
