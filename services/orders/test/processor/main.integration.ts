// first: it restarts processes under load
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import type { LogWriter } from '@caudal/common/messaging';
import {
  deleteTopics,
  eventually,
  metricValue,
  readTopic,
  uniqueName,
  useServers,
} from '@caudal/common/testing';
import { createTopicWriter, readOrderTopics } from '../../src/database/order-topics.ts';
import { decodeConfirmation, encodeRecord, type OrderRecord } from '../../src/domain/records.ts';
import { orderRecord } from '../support/order-records.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';
import { type RunningProgram, startProgram } from '../support/program.ts';

const ORDERS = 500;
const STEP_MS = 200;
const servers = useServers('kafka', 'postgresql');
const logger = createLogger('test', 'silent');

describe('processors as processes', () => {
  let bed: OrdersBed;
  let writer: LogWriter;
  let environment: Record<string, string>;
  const programs: RunningProgram[] = [];
  before(async () => {
    bed = await openOrdersBed(servers());
    const topic = uniqueName('orders');
    environment = {
      KAFKA_BROKERS: servers().addresses.kafka.brokers,
      KAFKA_PARTITIONS: '4',
      ORDERS_TOPIC: topic,
      CONFIRMED_TOPIC: `${topic}.confirmed`,
      ORDERS_GROUP: topic,
      POSTGRESQL_URL: bed.urls.processor,
      STEP_MS: String(STEP_MS),
      LOG_LEVEL: 'debug',
    };
    writer = await createTopicWriter(readOrderTopics(environment, 'test').orders, { logger });
    await writer.connect();
  });
  afterEach(async () => {
    for (const { child, exited } of programs.splice(0)) {
      child.kill('SIGKILL');
      await exited;
    }
  });
  after(async () => {
    await writer?.close();
    const { ORDERS_TOPIC = '', CONFIRMED_TOPIC = '' } = environment;
    const topics = [ORDERS_TOPIC, CONFIRMED_TOPIC].flatMap((topic) => [topic, `${topic}.dead`]);
    await deleteTopics(environment.KAFKA_BROKERS?.split(',') ?? [], topics);
    await bed?.close();
  });

  const start = (more: Record<string, string> = {}): RunningProgram => {
    const program = startProgram('processor', { ...environment, ...more });
    programs.push(program);
    return program;
  };
  /** Asks a program at its port for operations. */
  const get = ({ log }: RunningProgram, path: string): Promise<Response> => {
    const port = log.find(({ operationsPort }) => operationsPort !== undefined)?.operationsPort;
    return fetch(`http://127.0.0.1:${port}${path}`);
  };
  const write = (orders: readonly OrderRecord[]): Promise<void> =>
    writer.write(orders.map((order) => ({ key: order.orderid, value: encodeRecord(order) })));
  const finished = async (): Promise<number> =>
    (await bed.query<{ n: number }>('select count(*)::int as n from orders.orders where state = 4'))[0]?.n ??
    0;
  const outbox = async (): Promise<number> =>
    (await bed.query<{ n: number }>('select count(*)::int as n from orders.outbox'))[0]?.n ?? 0;

  it('takes every order through its states once and in order, though one of two is killed', async () => {
    const orders = Array.from({ length: ORDERS }, (_, index) => orderRecord({ row: index + 1 }));
    const [first, second] = [start(), start()];
    await Promise.all([first.until('listening'), second.until('listening')]);
    for (const part of [0, 1, 2, 3, 4]) await write(orders.slice(part * 100, (part + 1) * 100));
    await eventually(finished, (n) => n >= ORDERS / 10, { what: 'first finished orders' });
    first.child.kill('SIGKILL');
    await first.exited;
    const third = start();
    await third.until('listening');
    await eventually(finished, (n) => n === ORDERS, { what: 'all orders finished', timeoutMs: 60_000 });
    await eventually(outbox, (n) => n === 0, { what: 'an empty outbox' });

    const events = await bed.query<{ order_id: string; states: number[]; dwells: number[] }>(
      `select order_id, array_agg(state::int order by at, state) as states,
         array_agg(coalesce(dwell, ${STEP_MS})::float8) as dwells
       from (select *, extract(epoch from at - lag(at) over (partition by order_id order by state)) * 1000 as dwell
             from orders.order_event) e group by order_id`,
    );
    assert.equal(events.length, ORDERS);
    assert.deepEqual(new Set(events.map(({ order_id }) => order_id)), new Set(orders.map((o) => o.orderid)));
    for (const { states, dwells } of events) {
      assert.deepEqual(states, [1, 2, 3, 4]);
      assert.ok(Math.min(...dwells) >= STEP_MS, `a state lasted ${Math.min(...dwells)} ms`);
    }

    const records = await readTopic(
      environment.KAFKA_BROKERS?.split(',') ?? [],
      environment.CONFIRMED_TOPIC ?? '',
    );
    const byOrder = new Map<string, number[]>();
    const ordered = new Map(orders.map((order) => [order.orderid, order]));
    for (const { value } of records) {
      const { orderid, state, row, name, usermail } = decodeConfirmation(Buffer.from(value));
      assert.deepEqual([row, name, usermail], [ordered.get(orderid)?.row, 'Game 87', 'user@example.com']);
      byOrder.set(orderid, [...(byOrder.get(orderid) ?? []), state]);
    }
    assert.equal(byOrder.size, ORDERS);
    for (const states of byOrder.values()) assert.deepEqual([...new Set(states)], [1, 2, 3, 4]);

    await eventually(
      async () => metricValue(await (await get(third, '/metrics')).text(), 'caudal_orders{state="finished"}'),
      (n) => n === ORDERS,
    );
    for (const running of [second, third]) {
      running.child.kill('SIGTERM');
      assert.deepEqual(await running.exited, [0, null]);
      assert.deepEqual(
        running.log.flatMap(({ step }) => (step === undefined ? [] : [step])),
        ['consumer', 'timer', 'housekeeping', 'relay', 'writer', 'database', 'operations server'],
      );
    }
  });

  it('moves orders while the log is away and announces them later, and comes back after the database was killed', async () => {
    const orders = Array.from({ length: 20 }, () => orderRecord());
    const ids = orders.map(({ orderid }) => orderid);
    const reached = async (state: number): Promise<number> => {
      const [row] = await bed.query<{ n: number }>(
        'select count(*)::int as n from orders.orders where id = any ($1) and state >= $2',
        [ids, state],
      );
      return row?.n ?? 0;
    };
    // Long enough to end the log's server before an order is finished.
    const running = start({ STEP_MS: '4000' });
    await running.until('listening');
    await write(orders);
    await eventually(
      () => reached(1),
      (n) => n === 20,
      { what: 'orders taken in' },
    );
    await servers().kill('kafka');
    await eventually(
      () => reached(4),
      (n) => n === 20,
      { what: 'orders finished without the log', timeoutMs: 60_000 },
    );
    await eventually(
      async () => (await get(running, '/readyz')).status,
      (status) => status === 503,
      { timeoutMs: 60_000 },
    );
    await servers().kill('postgresql');
    assert.equal((await get(running, '/livez')).status, 200);
    await Promise.all([servers().start('postgresql'), servers().start('kafka')]);
    await eventually(outbox, (n) => n === 0, { what: 'an empty outbox', timeoutMs: 60_000 });
    await eventually(
      async () => (await get(running, '/readyz')).status,
      (status) => status === 200,
      { timeoutMs: 60_000 },
    );
    const later = orderRecord();
    await eventually(
      () => write([later]),
      () => true,
      { pastErrors: true, timeoutMs: 60_000 },
    );
    await eventually(
      () => bed.query('select from orders.orders where id = $1 and state = 4', [later.orderid]),
      ({ length }) => length === 1,
      { what: 'an order accepted later', timeoutMs: 60_000 },
    );
    running.child.kill('SIGTERM');
    assert.deepEqual(await running.exited, [0, null]);
  });

  it('ends in good order on SIGTERM while it waits for its servers', async () => {
    const nowhere = new URL(bed.urls.processor);
    nowhere.port = '1';
    const running = start({ POSTGRESQL_URL: nowhere.href });
    await running.until('store connection');
    running.child.kill('SIGTERM');
    assert.deepEqual(await running.exited, [0, null]);
    assert.ok(!running.log.some(({ msg }) => msg === 'listening'));
  });
});
