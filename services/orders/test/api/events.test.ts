import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { eventually, metricValue } from '@caudal/common/testing';
import { orderSchema } from '../../src/api/status/order-answer.ts';
import { readEvents } from './support/read-events.ts';
import { problemOf, runApi } from './support/run-api.ts';

describe('the events of an order', () => {
  it('are the order at each change, and an end that a browser does not come back after', async () => {
    const api = await runApi();
    try {
      const id = await api.accepted();
      api.shop.takeIn();
      const response = await api.get(`/orders/${id}/events`);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      const states: string[] = [];
      let lastId = '';
      for await (const { id: eventId, event, data } of readEvents(response)) {
        assert.equal(event, 'order');
        const order = orderSchema.parse(JSON.parse(data));
        assert.equal(order.id, id);
        lastId = eventId;
        if (order.state !== states.at(-1)) states.push(order.state);
        const { state } = api.shop.get(id);
        api.shop.mail(id, state, { status: 'sent', sentAt: 1 });
        if (state < 4) api.shop.reach(id, (state + 1) as 2 | 3 | 4);
      }
      assert.deepEqual(states, ['received', 'preparing', 'delivering', 'finished']);
      assert.equal(lastId, 'end');
      const again = await api.get(`/orders/${id}/events`, { 'last-event-id': 'end' });
      assert.equal(again.status, 204);
      const fresh = await api.get(`/orders/${id}/events`);
      const events = [];
      for await (const event of readEvents(fresh)) events.push(event);
      assert.equal(events.length, 1);
    } finally {
      await api.stop();
    }
  });

  it('are refused for an order that does not exist, and above the limit of clients', async () => {
    const api = await runApi({ ORDER_WATCHERS: '1' });
    try {
      assert.equal((await api.get(`/orders/${randomUUID()}/events`)).status, 404);
      const id = await api.accepted();
      const first = await api.get(`/orders/${id}/events`);
      assert.equal(first.status, 200);
      const second = await api.get(`/orders/${id}/events`);
      assert.equal(second.status, 503);
      assert.equal(second.headers.get('retry-after'), '10');
      assert.equal((await problemOf(second)).kind, 'too-many-clients');
      assert.equal(metricValue(await api.metrics(), 'caudal_order_clients'), 1);
      await first.body?.cancel();
      await eventually(
        async () => metricValue(await api.metrics(), 'caudal_order_clients'),
        (clients) => clients === 0,
      );
    } finally {
      await api.stop();
    }
  });

  it('take no connection for HEAD', async () => {
    const api = await runApi({ ORDER_WATCHERS: '1' });
    try {
      const id = await api.accepted();
      const response = await fetch(`${api.url}/orders/${id}/events`, { method: 'HEAD' });
      assert.equal(response.status, 200);
      assert.equal(metricValue(await api.metrics(), 'caudal_order_clients'), 0);
    } finally {
      await api.stop();
    }
  });

  it('end when the service stops', async () => {
    const api = await runApi();
    const id = await api.accepted();
    const response = await api.get(`/orders/${id}/events`);
    const reading = assert.rejects(async () => {
      for await (const event of readEvents(response)) assert.fail(`got ${event.data}`);
    });
    await api.stop();
    await reading;
    assert.deepEqual(api.exitCodes, [0]);
  });
});
