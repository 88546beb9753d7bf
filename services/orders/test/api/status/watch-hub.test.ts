import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { EventStream } from '@caudal/common/http';
import { eventually } from '@caudal/common/testing';
import { WatchHub, type WatchHubOptions } from '../../../src/api/status/watch-hub.ts';
import { encodeRecord } from '../../../src/domain/records.ts';
import { MemoryShop } from '../support/memory-shop.ts';
import { recordOf } from '../support/record-of.ts';

/** A stream that keeps what it gets. */
class FakeStream implements EventStream {
  readonly texts: string[] = [];
  isFull = false;
  isEnded = false;
  isClosed = false;
  #onDrain: () => void = () => undefined;
  #onClose: () => void = () => undefined;

  write(text: Buffer | string): boolean {
    assert.ok(!this.isEnded, 'written after its end');
    this.texts.push(text.toString());
    return !this.isFull;
  }

  end(): void {
    this.isEnded = true;
    this.#onClose();
  }

  close(): void {
    this.isClosed = true;
    this.#onClose();
  }

  drain(): void {
    this.isFull = false;
    this.#onDrain();
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  /** States of the events, and their ids. */
  get states(): readonly string[] {
    return this.texts
      .filter((text) => text.includes('event: order'))
      .map((text) => (JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as { state: string }).state);
  }
}

/** Waits for a condition. */
async function until(isTrue: () => boolean): Promise<void> {
  await eventually(isTrue, (answer) => answer, { everyMs: 1, timeoutMs: 20_000 });
}

async function createHub(options: Partial<WatchHubOptions> = {}) {
  const shop = new MemoryShop();
  await shop.writer.connect();
  const failures: unknown[] = [];
  const hub = new WatchHub({
    statuses: shop.statuses,
    maxClients: 10,
    onFailure: (error) => failures.push(error),
    turnMs: 1,
    ...options,
  });
  const takeIn = async (): Promise<string> => {
    const id = randomUUID();
    await shop.writer.write([{ key: id, value: encodeRecord(recordOf(id)) }]);
    shop.takeIn();
    return id;
  };
  /** Turns that have begun since. */
  const turns = async (count: number) => {
    const before = shop.calls.filter((call) => call === 'signatures').length;
    await until(() => shop.calls.filter((call) => call === 'signatures').length >= before + count);
  };
  return { shop, hub, failures, takeIn, turns };
}

describe('clients that watch an order', () => {
  it('get it as it stands, each change once, and an end after the last mail', async () => {
    const { shop, hub, takeIn, turns } = await createHub();
    const id = await takeIn();
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    assert.deepEqual(stream.states, ['received']);
    await turns(3);
    assert.deepEqual(stream.states, ['received']);
    for (const state of [2, 3, 4] as const) {
      shop.reach(id, state);
      await until(() => stream.states.length === state);
    }
    for (const state of [1, 2, 3] as const) shop.mail(id, state, { status: 'sent', sentAt: 1 });
    await turns(3);
    assert.ok(!stream.isEnded);
    shop.mail(id, 4, { status: 'parked', attempts: 8, reason: '550' });
    await until(() => stream.isEnded);
    assert.match(stream.texts.at(-1) ?? '', /^id: end\nevent: order\ndata: .*"parked"/);
    assert.equal(hub.clients, 0);
    hub.close();
  });

  it('get an end at once for an order about which nothing will change', async () => {
    const { shop, hub, takeIn } = await createHub();
    const id = await takeIn();
    shop.reach(id, 5);
    for (const state of [1, 5] as const) shop.mail(id, state, { status: 'sent', sentAt: 1 });
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    assert.deepEqual(stream.states, ['cancelled']);
    assert.ok(stream.isEnded);
    hub.close();
  });

  it('wait for the last mail for a limited time', async () => {
    const { shop, hub, takeIn } = await createHub({ patienceMs: 1 });
    const id = await takeIn();
    shop.reach(id, 5);
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    await until(() => stream.isEnded);
    assert.match(stream.texts.at(-1) ?? '', /^id: end\n/);
    hub.close();
  });

  it('see an order that is taken in later, and leave if it never is', async () => {
    const { shop, hub, turns } = await createHub();
    const id = randomUUID();
    await shop.writer.write([{ key: id, value: encodeRecord(recordOf(id)) }]);
    const stream = new FakeStream();
    hub.watch(id, undefined, stream);
    await turns(2);
    assert.deepEqual(stream.states, []);
    shop.takeIn();
    await until(() => stream.states.length >= ['received'].length);
    assert.deepEqual(stream.states, ['received']);
    hub.close();

    const impatient = await createHub({ patienceMs: 1 });
    const lost = new FakeStream();
    impatient.hub.watch(randomUUID(), undefined, lost);
    await until(() => lost.isEnded);
    assert.deepEqual(lost.texts, []);
    impatient.hub.close();
  });

  it('are served by one statement a turn, and read only what has changed', async () => {
    const { shop, hub, takeIn, turns } = await createHub();
    const streams: FakeStream[] = [];
    const ids = [await takeIn(), await takeIn()];
    for (const id of [...ids, ...ids]) {
      const stream = new FakeStream();
      streams.push(stream);
      hub.watch(id, shop.get(id), stream);
    }
    assert.equal(hub.clients, 4);
    await turns(3);
    assert.deepEqual([...new Set(shop.calls)], ['signatures']);
    shop.reach(ids[0] as string, 2);
    await until(() => streams[2]?.states.length === 2);
    assert.deepEqual(
      streams.map(({ states }) => states.length),
      [2, 1, 2, 1],
    );
    assert.equal(shop.calls.filter((call) => call === 'read').length, 1);
    hub.close();
    assert.ok(streams.every(({ isClosed }) => isClosed));
    assert.equal(hub.clients, 0);
  });

  it('that are slow get the order as it stands when they take more', async () => {
    const { shop, hub, takeIn, turns } = await createHub();
    const id = await takeIn();
    const stream = new FakeStream();
    stream.isFull = true;
    hub.watch(id, shop.get(id), stream);
    shop.reach(id, 2);
    shop.reach(id, 3);
    await turns(3);
    assert.deepEqual(stream.states, ['received']);
    stream.drain();
    await until(() => stream.states.length >= ['received', 'delivering'].length);
    assert.deepEqual(stream.states, ['received', 'delivering']);
    hub.close();
  });

  it('keep their streams while the database is away', async () => {
    const { shop, hub, takeIn, failures } = await createHub({ heartbeatMs: 1 });
    const id = await takeIn();
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    shop.isDatabaseAway = true;
    await until(() => failures.length >= 2);
    await until(() => stream.texts.at(-1) === ':\n\n');
    shop.isDatabaseAway = false;
    shop.reach(id, 2);
    await until(() => stream.states.length >= ['received', 'preparing'].length);
    assert.deepEqual(stream.states, ['received', 'preparing']);
    hub.close();
  });

  it('are bounded, and none is taken after the end', async () => {
    const { shop, hub, takeIn } = await createHub({ maxClients: 1 });
    const id = await takeIn();
    assert.ok(!hub.isFull);
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    assert.ok(hub.isFull);
    stream.close();
    assert.ok(!hub.isFull);
    hub.close();
    assert.ok(hub.isFull);
  });

  it('cost nothing once all have left', async () => {
    const { shop, hub, takeIn, turns } = await createHub();
    const id = await takeIn();
    const stream = new FakeStream();
    hub.watch(id, shop.get(id), stream);
    await turns(1);
    stream.close();
    const calls = shop.calls.length;
    // Two turns of another hub take as long as two of this one.
    const other = await createHub();
    const second = await other.takeIn();
    other.hub.watch(second, other.shop.get(second), new FakeStream());
    await other.turns(3);
    other.hub.close();
    assert.ok(shop.calls.length <= calls + 1);
    hub.close();
  });
});
