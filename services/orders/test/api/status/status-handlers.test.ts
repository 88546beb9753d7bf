import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { metricValue } from '@caudal/common/testing';
import { acceptedStatusSchema, firstApiSchema, orderSchema } from '../../../src/api/status/order-answer.ts';
import { CATALOGUE, problemOf, type RunningApi, runApi } from '../support/run-api.ts';

describe('the status of an order', () => {
  let api: RunningApi;
  before(async () => {
    api = await runApi();
  });
  afterEach(() => {
    api.shop.isDatabaseAway = false;
    api.shop.isLogAway = false;
    api.shop.before = () => undefined;
  });
  after(() => api.stop());

  it('is that it was accepted, until it is taken in', async () => {
    const id = await api.accepted();
    const response = await api.get(`/orders/${id}`);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.deepEqual(acceptedStatusSchema.parse(await response.json()), {
      id,
      estado: 'aceptado',
      state: 'accepted',
    });
  });

  it('has state, times and mails, and no address in full', async () => {
    const id = await api.accepted(87);
    api.shop.takeIn();
    api.shop.reach(id, 2);
    api.shop.mail(id, 1, {
      status: 'parked',
      attempts: 3,
      reason: '550 5.1.1 <ana@example.com>: no such user',
    });
    const response = await api.get(`/orders/${id}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const text = await response.text();
    assert.doesNotMatch(text, /ana@/);
    const order = orderSchema.parse(JSON.parse(text));
    const game = CATALOGUE.byRow(87);
    assert.deepEqual(order.game, {
      id: game?.id,
      row: 87,
      name: game?.name,
      price: (game?.priceCents ?? 0) / 100,
    });
    assert.equal(order.email, 'a***@example.com');
    assert.equal(order.estado, 'preparando');
    assert.equal(order.state, 'preparing');
    assert.deepEqual(
      order.history.map(({ estado }) => estado),
      ['recibido', 'preparando'],
    );
    assert.ok(order.dueAt);
    assert.equal(order.mails[0]?.reason, '550 5.1.1 <a***@example.com>: no such user');
    assert.equal(order.mails[1]?.status, 'waiting');
  });

  it('is found by an id in capitals', async () => {
    const id = await api.accepted();
    api.shop.takeIn();
    assert.equal((await api.get(`/orders/${id.toUpperCase()}`)).status, 200);
  });

  it('does not say whether an unknown order ever existed', async () => {
    await api.accepted();
    api.shop.takeIn();
    const answers: unknown[] = [];
    for (const id of [
      randomUUID(),
      '1',
      'nonsense',
      "'; drop table orders; --",
      '..%2f..',
      'x'.repeat(2_000),
    ]) {
      const response = await api.get(`/orders/${encodeURIComponent(id)}`);
      assert.equal(response.status, 404, id);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'no-such-order');
      answers.push(problem);
    }
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  });

  it('cannot be had while the database is away: 503, and orders are accepted', async () => {
    const id = await api.accepted();
    api.shop.isDatabaseAway = true;
    for (const path of [`/orders/${id}`, `/orders/${id}/events`, '/?value=1']) {
      const response = await api.get(path);
      assert.equal(response.status, 503, path);
      assert.equal(response.headers.get('retry-after'), '1', path);
      const problem = await problemOf(response);
      assert.equal(problem.kind, 'status-unavailable');
      assert.match(problem.detail, /database.*accepted meanwhile/);
    }
    assert.equal((await api.post(`/orders/${id}/cancel`)).status, 503);
    await api.accepted();
  });

  it('cannot be had for an unknown order while the log is away', async () => {
    const id = await api.accepted();
    api.shop.takeIn();
    api.shop.isLogAway = true;
    assert.equal((await api.get(`/orders/${id}`)).status, 200);
    const response = await api.get(`/orders/${randomUUID()}`);
    assert.equal(response.status, 503);
    assert.match((await problemOf(response)).detail, /log of orders does not answer/);
  });

  it('is asked for once by many clients that wait', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => api.accepted()));
    api.shop.takeIn();
    api.shop.calls.length = 0;
    // The first read waits until all have asked.
    let asked = 0;
    const proceed = Promise.withResolvers<void>();
    api.shop.before = (call) => (call === 'read' && asked === 0 ? proceed.promise : undefined);
    const answers = ids.map((id) => {
      const answer = api.get(`/orders/${id}`);
      return answer;
    });
    setImmediate(() => {
      asked = 1;
      proceed.resolve();
    });
    const found = await Promise.all(
      answers.map(async (answer) => orderSchema.parse(await (await answer).json()).id),
    );
    assert.deepEqual(found, ids);
    assert.ok(api.shop.calls.length < ids.length, `${api.shop.calls.length} reads`);
  });

  it('is counted under its template, whatever the id', async () => {
    const count = async () =>
      metricValue(await api.metrics(), 'caudal_orders_requests_total{route="/orders/{id}"}') ?? 0;
    const before = await count();
    for (const id of ['a', 'b', 'c']) await api.get(`/orders/${id}`);
    assert.equal(await count(), before + 3);
    assert.doesNotMatch(await api.metrics(), /route="\/orders\/a"/);
  });

  it('takes GET and HEAD alone', async () => {
    const id = await api.accepted();
    api.shop.takeIn();
    const head = await fetch(`${api.url}/orders/${id}`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
    const response = await fetch(`${api.url}/orders/${id}`, { method: 'DELETE' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
    assert.equal((await problemOf(response)).kind, 'method-not-allowed');
  });
});

describe('a cancel', () => {
  let api: RunningApi;
  before(async () => {
    api = await runApi();
  });
  after(() => api.stop());

  it('is done while the order is recibido, and may be repeated', async () => {
    const id = await api.accepted();
    api.shop.takeIn();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const response = await api.post(`/orders/${id}/cancel`);
      assert.equal(response.status, 200);
      const order = orderSchema.parse(await response.json());
      assert.equal(order.estado, 'cancelado');
      assert.equal(order.dueAt, null);
      assert.deepEqual(
        order.history.map(({ state }) => state),
        ['received', 'cancelled'],
      );
    }
  });

  it('is refused later, with the state that is the reason', async () => {
    const id = await api.accepted();
    api.shop.takeIn();
    api.shop.reach(id, 2);
    const response = await api.post(`/orders/${id}/cancel`);
    assert.equal(response.status, 409);
    const problem = await problemOf(response);
    assert.equal(problem.kind, 'too-late-to-cancel');
    assert.match(problem.detail, /is preparando \(preparing\)/);
    assert.equal(problem.estado, 'preparando');
    assert.equal(api.shop.get(id).state, 2);
  });

  it('has to wait until the order is taken in', async () => {
    const id = await api.accepted();
    const response = await api.post(`/orders/${id}/cancel`);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get('retry-after'), '1');
    assert.equal((await problemOf(response)).kind, 'not-taken-in');
    api.shop.takeIn();
    assert.equal((await api.post(`/orders/${id}/cancel`)).status, 200);
  });

  it('was not done if the order was taken in just after it was asked for', async () => {
    const id = await api.accepted();
    api.shop.before = (call) => {
      if (call === 'read') api.shop.takeIn();
    };
    const response = await api.post(`/orders/${id}/cancel`);
    api.shop.before = () => undefined;
    assert.equal(response.status, 503);
    assert.equal(api.shop.get(id).state, 1);
  });

  it('of an unknown order is a 404', async () => {
    api.shop.takeIn();
    const response = await api.post(`/orders/${randomUUID()}/cancel`);
    assert.equal(response.status, 404);
    assert.equal((await problemOf(response)).kind, 'no-such-order');
  });
});

describe('the first API', () => {
  let api: RunningApi;
  before(async () => {
    api = await runApi();
  });
  after(() => api.stop());

  it('shows the order of a number', async () => {
    const early = await api.get('/?value=1');
    assert.equal(early.status, 404);
    const first = await api.accepted(87);
    const waiting = await api.get('/?value=1');
    assert.equal(waiting.status, 202);
    assert.deepEqual(await waiting.json(), { estado: 'aceptado', state: 'accepted' });
    api.shop.takeIn();
    for (let row = 88; row < 98; row += 1) {
      const id = await api.accepted(row);
      api.shop.takeIn();
      api.shop.reach(id, 2);
    }
    const response = await api.get('/?value=1');
    assert.equal(response.status, 200);
    const game = CATALOGUE.byRow(87);
    assert.deepEqual(firstApiSchema.parse(await response.json()), {
      orderid: 1,
      gameid: game?.id,
      name: game?.name,
      price: (game?.priceCents ?? 0) / 100,
      usermail: 'a***@example.com',
      estado: 'recibido',
    });
    assert.equal(api.shop.get(first).number, 1);
  });

  it('refuses what is no number', async () => {
    for (const query of [
      'value=0',
      'value=',
      'value=-1',
      'value=1a',
      'value=1.0',
      'value=1&value=2',
      'value=9999999999999999',
    ]) {
      const response = await api.get(`/?${query}`);
      assert.equal(response.status, 400, query);
      assert.equal((await problemOf(response)).errors?.[0]?.field, 'value', query);
    }
  });
});

describe('keys', () => {
  let api: RunningApi;
  const KEYS = { 'x-api-key': 'a-key-of-sixteen-characters' };
  before(async () => {
    api = await runApi({ API_KEYS: `${KEYS['x-api-key']},another-key-of-a-caller` });
  });
  after(() => api.stop());

  it('are needed to order and to cancel; an order is seen by whoever has its id', async () => {
    const order = { row: 87, email: 'ana@example.com' };
    for (const response of [
      await api.order(order),
      await api.form('value=87'),
      await api.post(`/orders/${randomUUID()}/cancel`),
    ]) {
      assert.equal(response.status, 401);
      assert.equal((await problemOf(response)).kind, 'unauthorized');
    }
    assert.equal(api.shop.written.length, 0);
    const response = await api.order(order, KEYS);
    const { id } = (await response.json()) as { id: string };
    api.shop.takeIn();
    assert.equal((await api.get(`/orders/${id}`)).status, 200);
    assert.equal((await api.post(`/orders/${id}/cancel`, KEYS)).status, 200);
  });

  it('keep one caller from the orders of another under the same Idempotency-Key', async () => {
    const order = { row: 87, email: 'ana@example.com' };
    const ids = await Promise.all(
      [KEYS['x-api-key'], 'another-key-of-a-caller'].map(async (key) => {
        const response = await api.order(order, { 'x-api-key': key, 'idempotency-key': 'same' });
        return ((await response.json()) as { id: string }).id;
      }),
    );
    assert.notEqual(ids[0], ids[1]);
  });
});

describe('a limit of requests', () => {
  it('refuses orders, forms and cancels above it, before their bodies are read', async () => {
    const api = await runApi({ RATE_LIMIT_PER_SECOND: '1' });
    try {
      const statuses: number[] = [];
      for (let index = 0; index < 6; index += 1) {
        const response = await api.order({ row: 87, email: 'ana@example.com' });
        statuses.push(response.status);
        if (response.status === 429) {
          assert.equal(response.headers.get('retry-after'), '1');
          assert.equal((await problemOf(response)).kind, 'too-many-requests');
        }
      }
      assert.ok(statuses.includes(429));
      assert.equal(api.shop.written.length, statuses.filter((status) => status === 202).length);
    } finally {
      await api.stop();
    }
  });
});
