import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { encodeEnvelope } from '@caudal/common/message';
import { createPublisher, type MessagePublisher } from '@caudal/common/messaging';
import { type CountStore, createStore } from '@caudal/common/stores';
import {
  eventually,
  type FaultyProxy,
  metricValue,
  startFaultyProxy,
  useServers,
} from '@caudal/common/testing';
import { loadConfig } from '../src/config.ts';
import { envelope } from './fakes.ts';

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts');
const MESSAGES = 100;
const logger = createLogger('test', 'silent');
const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

/** One line of the consumer's log. */
interface LogLine {
  readonly msg: string;
  readonly step?: string;
  readonly operationsPort?: number;
}

for (const lane of ['rabbitmq-valkey', 'kafka-redis'] as const) {
  describe(`the consumer of ${lane} as a process`, () => {
    let environment: Record<string, string>;
    let proxy: FaultyProxy;
    let store: CountStore;
    let publisher: MessagePublisher;
    let kill = (): void => undefined;
    before(async () => {
      const { addresses } = servers();
      const isKafka = lane === 'kafka-redis';
      const storeUrl = new URL(isKafka ? addresses.redis.url : addresses.valkey.url);
      const name = `test-${process.pid}-${lane}`;
      proxy = await startFaultyProxy({ host: storeUrl.hostname, port: Number(storeUrl.port) });
      const proxied = new URL(storeUrl);
      proxied.port = String(proxy.port);
      environment = {
        LANE: lane,
        LANE_BROKER: isKafka ? 'kafka' : 'rabbitmq',
        LANE_STORE: isKafka ? 'redis' : 'valkey',
        STORE_URL: proxied.href,
        STORE_KEY_PREFIX: `${name}:`,
        RABBITMQ_URL: addresses.rabbitmq.url,
        RABBITMQ_QUEUE: name,
        RABBITMQ_DEAD_LETTER_QUEUE: `${name}.dead`,
        KAFKA_BROKERS: addresses.kafka.brokers,
        KAFKA_TOPIC: name,
        KAFKA_DEAD_LETTER_TOPIC: `${name}.dead`,
        KAFKA_GROUP: name,
        KAFKA_PARTITIONS: '1',
        KAFKAJS_NO_PARTITIONER_WARNING: '1',
        OPERATIONS_HOST: '127.0.0.1',
        OPERATIONS_PORT: '0',
        LOG_LEVEL: 'debug',
      };
      const config = loadConfig({ ...environment, STORE_URL: storeUrl.href });
      store = await createStore(config.store.name, config.store.settings, logger);
      publisher = await createPublisher(config.broker, { logger });
      await Promise.all([store.connect(), publisher.connect()]);
    });
    afterEach(() => kill());
    after(async () => {
      await publisher.close();
      await store.close();
      await proxy.close();
    });

    /** Starts `main.ts`; `until` resolves when a line has been logged. */
    const start = (more: Record<string, string> = {}) => {
      const child = spawn(process.execPath, [MAIN], {
        env: { PATH: process.env.PATH, ...environment, ...more },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      kill = () => void child.kill('SIGKILL');
      const log: LogLine[] = [];
      let onLine = (): void => undefined;
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.push(JSON.parse(line) as LogLine);
        onLine();
      });
      const until = (message: string) =>
        new Promise<void>((resolve, reject) => {
          onLine = () => {
            if (log.some(({ msg }) => msg === message)) resolve();
          };
          child.once('exit', () => reject(new Error(`it ended before '${message}': ${JSON.stringify(log)}`)));
          onLine();
        });
      const get = (path: string): Promise<Response> => {
        const port = log.find(({ operationsPort }) => operationsPort !== undefined)?.operationsPort;
        return fetch(`http://127.0.0.1:${port}${path}`);
      };
      const metric = async (name: string): Promise<number> =>
        metricValue(await (await get('/metrics')).text(), name) ?? assert.fail(`there is no ${name}`);
      return {
        child,
        log,
        until,
        get,
        metric,
        exited: once(child, 'exit') as Promise<[number | null, string | null]>,
      };
    };

    const untilStored = (count: number) =>
      eventually(
        () => store.totals(),
        ({ total }) => total >= count,
      );

    it('stores on SIGTERM what it has in hand, closes in order and exits with 0', async () => {
      const { child, log, until, exited } = start();
      await until('listening');
      const sent = proxy.holdReplies((request) => /evalsha/i.test(request.toString('latin1')));
      await publisher.publish(Array.from({ length: MESSAGES }, (_, i) => encodeEnvelope(envelope(i))));
      await sent;
      child.kill('SIGTERM');
      await until('stopping');
      proxy.pass();
      assert.deepEqual(await exited, [0, null]);
      assert.deepEqual(
        log.flatMap(({ step }) => (step === undefined ? [] : [step])),
        ['consumer', 'store', 'operations server'],
        JSON.stringify(log),
      );
      const stored = (await store.totals()).total;
      assert.ok(stored > 0, 'it stored nothing of what it had in hand');

      const next = start();
      await next.until('listening');
      await untilStored(MESSAGES);
      await eventually(
        () => next.metric('caudal_in_hand_messages'),
        (count) => count === 0,
      );
      assert.equal(await next.metric('caudal_duplicates_total'), 0);
      next.child.kill('SIGTERM');
      assert.deepEqual(await next.exited, [0, null]);
      assert.equal((await store.totals()).total, MESSAGES);
      assert.equal(await store.identities(), MESSAGES);
    });

    it('waits while its store is full, says so, and stores everything once there is room', async () => {
      const { child, until, get, metric, exited } = start();
      await until('listening');
      const { total } = await store.totals();
      await configure(environment.STORE_URL ?? '', 'maxmemory', '1');
      try {
        const bodies = Array.from({ length: MESSAGES }, (_, i) => encodeEnvelope(envelope(1_000 + i)));
        await publisher.publish(bodies);
        await until('store is unavailable, lane paused');
        const ready = await get('/readyz');
        assert.equal(ready.status, 503);
        assert.match(await ready.text(), /OOM/);
        assert.equal(await metric('caudal_lane_paused'), 1);
        assert.equal((await store.totals()).total, total);
      } finally {
        await configure(environment.STORE_URL ?? '', 'maxmemory', '0');
      }
      await until('store is back, lane resumed');
      await untilStored(total + MESSAGES);
      assert.equal(await metric('caudal_lane_paused'), 0);
      assert.equal((await get('/readyz')).status, 200);
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null]);
      assert.equal(await store.identities(), total + MESSAGES);
    });

    it('skips the countries that it does not take, and leaves nothing of them for the next consumer', async () => {
      const before = await store.totals();
      const some = start({ LANE_COUNTRIES: 'FR' });
      await some.until('listening');
      const bodies = Array.from({ length: MESSAGES }, (_, i) =>
        encodeEnvelope(envelope(2_000 + i, i % 4 === 0 ? 'FR' : 'ES')),
      );
      await publisher.publish(bodies);
      await eventually(
        () => some.metric('caudal_skipped_messages_total'),
        (skipped) => skipped === (MESSAGES * 3) / 4,
      );
      await untilStored(before.total + MESSAGES / 4);
      some.child.kill('SIGTERM');
      assert.deepEqual(await some.exited, [0, null]);

      // What was not acknowledged would come before this one.
      const all = start();
      await all.until('listening');
      await publisher.publish([encodeEnvelope(envelope(3_000, 'PT'))]);
      await untilStored(before.total + MESSAGES / 4 + 1);
      assert.equal(await all.metric('caudal_redeliveries_total'), 0);
      all.child.kill('SIGTERM');
      assert.deepEqual(await all.exited, [0, null]);
      const { byCountry } = await store.totals();
      assert.deepEqual(byCountry, { ...before.byCountry, FR: MESSAGES / 4, PT: 1 });
    });
  });
}

/** Sets an option of a store's server. */
async function configure(storeUrl: string, option: string, value: string): Promise<void> {
  const { hostname, port, password } = new URL(storeUrl);
  const socket = connect(Number(port), hostname);
  socket.write(`AUTH ${password}\r\nCONFIG SET ${option} ${value}\r\nQUIT\r\n`);
  let replies = '';
  for await (const chunk of socket) replies += String(chunk);
  assert.equal(replies, '+OK\r\n'.repeat(3));
}
