// first: it ends servers and waits until they are back
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { deleteTopics, eventually, readTopic, uniqueName, useServers } from '@caudal/common/testing';
import { acceptedSchema } from '../../src/api/openapi.ts';
import { orderSchema } from '../../src/api/status/order-answer.ts';
import { decodeOrder } from '../../src/domain/records.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';
import { readEvents } from './support/read-events.ts';
import { problemOf } from './support/run-api.ts';
import { type RunningProgram, runProgram } from './support/run-program.ts';

const servers = useServers('kafka', 'postgresql');

describe('the orders API on real servers', () => {
  let bed: OrdersBed;
  let api: RunningProgram;
  let topic: string;
  let environment: Record<string, string>;
  const programs: RunningProgram[] = [];

  const start = async (program: 'api' | 'processor', more: Record<string, string> = {}) => {
    const role = program === 'api' ? bed.urls.api : bed.urls.processor;
    const running = await runProgram(program, { ...environment, POSTGRESQL_URL: role, ...more });
    programs.push(running);
    return running;
  };

  before(async () => {
    bed = await openOrdersBed(servers());
    topic = uniqueName('orders');
    environment = {
      KAFKA_BROKERS: servers().addresses.kafka.brokers,
      KAFKA_PARTITIONS: '3',
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      ORDERS_TOPIC: topic,
      CONFIRMED_TOPIC: `${topic}.confirmed`,
      ORDERS_GROUP: topic,
      ORDER_ID_SECRET: 'a secret of thirty-two characters',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      // A busy machine is no reason to refuse what a test asks.
      MAX_EVENT_LOOP_DELAY_MS: '60000',
      OPERATIONS_HOST: '127.0.0.1',
      OPERATIONS_PORT: '0',
      PUBLISH_TIMEOUT_MS: '10000',
    };
    api = await start('api');
    await ready(api);
  });
  afterEach(async () => {
    for (const program of programs.splice(1)) await program.kill();
  });
  after(async () => {
    for (const program of programs) await program.kill();
    const topics = [topic, `${topic}.confirmed`].flatMap((name) => [name, `${name}.dead`]);
    await deleteTopics(brokers(), topics).catch(() => undefined);
    await bed?.close();
  });

  const brokers = () => servers().addresses.kafka.brokers.split(',');
  const ready = (program: RunningProgram) =>
    eventually(
      async () => (await fetch(`${program.operationsUrl}/readyz`)).status,
      (status) => status === 200,
    );
  const post = (body: unknown, headers: Record<string, string> = {}, to = api) =>
    fetch(`${to.url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const order = async (row: number, headers: Record<string, string> = {}, to = api): Promise<string> => {
    const response = await post({ row, email: 'ana@example.com' }, headers, to);
    assert.equal(response.status, 202, await response.clone().text());
    return acceptedSchema.parse(await response.json()).id;
  };
  const get = (path: string) => fetch(`${api.url}${path}`);
  const until = async (id: string, state: string) => {
    const found = await eventually(
      async () => {
        const response = await get(`/orders/${id}`);
        return response.status === 200 ? orderSchema.parse(await response.json()) : undefined;
      },
      (order) => order?.state === state,
      { what: `${id} to be ${state}` },
    );
    assert.ok(found);
    return found;
  };
  const count = async () => {
    const [row] = await bed.query<{ count: number }>('select count(*)::int from orders.orders');
    return row?.count ?? 0;
  };

  it('shows an order as accepted until it is taken in, and proves that another does not exist', async () => {
    // An empty log: nothing was ever accepted.
    assert.equal((await get(`/orders/${randomUUID()}`)).status, 404);
    assert.equal((await get('/?value=1')).status, 404);
    const id = await order(87);
    const early = await get(`/orders/${id}`);
    assert.equal(early.status, 202);
    assert.equal(((await early.json()) as { estado: string }).estado, 'aceptado');
    assert.equal((await get('/?value=1')).status, 202);
    const cancel = await fetch(`${api.url}/orders/${id}/cancel`, { method: 'POST' });
    assert.equal(cancel.status, 503);

    await start('processor', { STEP_MS: '60000' });
    const taken = await until(id, 'received');
    assert.equal(taken.number, 1);
    assert.equal(taken.email, 'a***@example.com');
    assert.equal(taken.game.row, 87);
    assert.ok(taken.dueAt);
    const first = (await (await get('/?value=1')).json()) as Record<string, unknown>;
    assert.equal(first.orderid, 1);
    assert.equal(first.estado, 'recibido');
    const missing = await get(`/orders/${randomUUID()}`);
    assert.equal(missing.status, 404);
    assert.equal((await problemOf(missing)).kind, 'no-such-order');
  });

  it('cancels by the database, until the order is being prepared', async () => {
    const processor = await start('processor', { STEP_MS: '60000' });
    const id = await order(88);
    await until(id, 'received');
    const cancelled = await fetch(`${api.url}/orders/${id}/cancel`, { method: 'POST' });
    assert.equal(cancelled.status, 200);
    assert.equal(orderSchema.parse(await cancelled.json()).estado, 'cancelado');
    await processor.stop();
    await start('processor', { STEP_MS: '50' });
    const late = await order(89);
    await until(late, 'finished');
    const refused = await fetch(`${api.url}/orders/${late}/cancel`, { method: 'POST' });
    assert.equal(refused.status, 409);
    assert.equal((await problemOf(refused)).estado, 'finalizado');
    const events = await bed.query<{ state: number }>(
      'select state from orders.order_event where order_id = $1 order by at',
      [id],
    );
    assert.deepEqual(
      events.map(({ state }) => state),
      [1, 5],
    );
  });

  it('makes one order of a retry through another process', async () => {
    await start('processor', { STEP_MS: '60000' });
    const other = await start('api');
    await ready(other);
    const before = await count();
    const key = { 'idempotency-key': randomUUID() };
    const ids = [await order(90, key), await order(90, key, other), await order(90, key)];
    assert.equal(new Set(ids).size, 1);
    const [id = ''] = ids;
    await until(id, 'received');
    const last = await order(91);
    await until(last, 'received');
    assert.equal(await count(), before + 2);
    const records = (await readTopic(brokers(), topic)).map(({ value }) => decodeOrder(Buffer.from(value)));
    assert.equal(records.filter(({ orderid }) => orderid === id).length, 3);
  });

  it('sends each change to whoever watches, with the mails', async () => {
    await start('processor', { STEP_MS: '300' });
    const id = await order(92);
    const stopped = new AbortController();
    const response = await fetch(`${api.url}/orders/${id}/events`, { signal: stopped.signal });
    assert.equal(response.status, 200);
    const events: { id: string; state: string }[] = [];
    for await (const event of readEvents(response)) {
      const { state, mails, history } = orderSchema.parse(JSON.parse(event.data));
      events.push({ id: event.id, state });
      if (state !== 'finished') continue;
      if (mails.length > 0) {
        assert.deepEqual(mails[0], {
          estado: 'recibido',
          state: 'received',
          status: 'parked',
          attempts: 2,
          reason: '550 no <a***@example.com>',
          sentAt: null,
        });
        assert.equal(mails[3]?.status, 'sent');
        assert.ok(mails[3]?.sentAt);
        break;
      }
      assert.deepEqual(
        history.map((step) => step.state),
        ['received', 'preparing', 'delivering', 'finished'],
      );
      await bed.query(
        `insert into mails.mail (order_id, state, number, name, price_cents, recipient, language, happened_at, next_at,
           status, attempts, reason, sent_at)
         select $1, state, 1, 'x', 1, 'ana@example.com', 'es', now(), now(),
           case state when 1 then 'parked' else 'sent' end, 2,
           case state when 1 then '550 no <ana@example.com>' end, case state when 1 then null else now() end
         from generate_series(1, 4) state`,
        [id],
      );
    }
    stopped.abort();
    // Each event says something new: both ways of reading an order agree on what has changed.
    assert.equal(new Set(events.map((event) => event.id)).size, events.length);
    assert.equal(events.at(-1)?.id, 'end');
  });

  it('answers a thousand questions at once', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, (_, index) => order(index + 1)));
    await start('processor', { STEP_MS: '60000' });
    await until(ids[0] ?? '', 'received');
    for (const id of ids) await until(id, 'received');
    const asked = [...Array.from({ length: 9 }, () => ids).flat(), ...ids.map(() => randomUUID())];
    const found = await Promise.all(
      asked.map(async (id) => {
        const response = await get(`/orders/${id}`);
        const { id: answered } = (await response.json()) as { id?: string };
        return response.status === 200 ? answered : response.status;
      }),
    );
    assert.deepEqual(
      found,
      asked.map((id, index) => (index < 900 ? id : 404)),
    );
  });

  it('accepts orders while the database is away, and shows them afterwards', async () => {
    await start('processor', { STEP_MS: '60000' });
    const known = await order(93);
    await until(known, 'received');
    await servers().kill('postgresql');
    let id: string;
    try {
      id = await order(94);
      const response = await get(`/orders/${known}`);
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('retry-after'), '1');
      assert.equal((await problemOf(response)).kind, 'status-unavailable');
      assert.equal((await fetch(`${api.operationsUrl}/readyz`)).status, 200);
    } finally {
      await servers().start('postgresql');
    }
    await until(id, 'received');
  });

  it('refuses orders while the log is away, and has written none of them', async () => {
    let unconfirmed = 0;
    await servers().kill('kafka');
    try {
      const refused = await eventually(
        async () => {
          const response = await post({ row: 95, email: 'eva@example.com' });
          assert.equal(response.status, 503);
          assert.equal(response.headers.get('retry-after'), '1');
          const problem = await problemOf(response);
          if (problem.kind === 'unconfirmed') unconfirmed += 1;
          return problem;
        },
        ({ kind }) => kind === 'broker-unavailable',
      );
      assert.deepEqual(refused.brokers, ['kafka']);
      assert.equal((await get(`/orders/${randomUUID()}`)).status, 503);
    } finally {
      await servers().start('kafka');
    }
    await ready(api);
    const id = await order(96);
    const records = (await readTopic(brokers(), topic)).map(({ value }) => decodeOrder(Buffer.from(value)));
    const written = records.filter(({ usermail }) => usermail === 'eva@example.com').length;
    assert.ok(written <= unconfirmed, `${written} were written, ${unconfirmed} have an unknown outcome`);
    assert.ok(records.some(({ orderid }) => orderid === id));
  });

  it('ends in good order, with watched orders open', async () => {
    const other = await start('api');
    await ready(other);
    const id = await order(97, {}, other);
    const response = await fetch(`${other.url}/orders/${id}/events`);
    const reading = (async () => {
      for await (const event of readEvents(response)) void event;
    })().catch(() => undefined);
    assert.equal(await other.stop(), 0);
    await reading;
  });
});
