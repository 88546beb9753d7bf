import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { createFindOrder, type FindOrder } from '../../../src/api/status/find-order.ts';
import { encodeRecord } from '../../../src/domain/records.ts';
import { MemoryShop } from '../support/memory-shop.ts';
import { recordOf } from '../support/record-of.ts';

describe('an order that is looked for', () => {
  let shop: MemoryShop;
  let find: FindOrder;

  beforeEach(async () => {
    shop = new MemoryShop();
    await shop.writer.connect();
    find = createFindOrder({
      statuses: shop.statuses,
      describeLog: () => shop.tail.describe(),
      partitionOf: (id) => shop.writer.partitionOf(id),
    });
  });

  const accept = async (id: string = randomUUID()): Promise<string> => {
    await shop.writer.write([{ key: id, value: encodeRecord(recordOf(id)) }]);
    return id;
  };

  /** An id in the same partition as another. */
  const neighbour = (id: string): string => {
    for (;;) {
      const other = randomUUID();
      if (shop.writer.partitionOf(other) === shop.writer.partitionOf(id)) return other;
    }
  };

  it('is found once it was taken in, without asking the log', async () => {
    const id = await accept();
    shop.takeIn();
    const found = await find.byId(id);
    assert.equal(found.kind === 'order' && found.order.id, id);
    assert.deepEqual(shop.calls, ['read']);
  });

  it('may be accepted while its partition has records that were not taken in', async () => {
    const id = await accept();
    assert.equal((await find.byId(id)).kind, 'maybe accepted');
    assert.equal((await find.byId(neighbour(id))).kind, 'maybe accepted');
  });

  it('is absent when its partition was taken in to its end', async () => {
    const id = await accept();
    shop.takeIn();
    assert.equal((await find.byId(neighbour(id))).kind, 'absent');
  });

  it('is absent in an empty log', async () => {
    assert.equal((await find.byId(randomUUID())).kind, 'absent');
  });

  it('does not depend on other partitions', async () => {
    const id = await accept();
    let elsewhere = randomUUID();
    while (shop.writer.partitionOf(elsewhere) === shop.writer.partitionOf(id)) elsewhere = randomUUID();
    assert.equal((await find.byId(elsewhere)).kind, 'absent');
  });

  it('is found if it is taken in between the miss and the position', async () => {
    const id = await accept();
    shop.before = (call) => {
      if (call === 'positions') shop.takeIn();
    };
    assert.equal((await find.byId(id)).kind, 'order');
  });

  it('is no proof if the end was read before the order was accepted', async () => {
    // The end that an earlier question is waiting for says nothing about an order that was accepted meanwhile.
    const reading = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    let describes = 0;
    shop.before = async (call) => {
      if (call !== 'describe') return;
      describes += 1;
      if (describes > 1) return;
      reading.resolve();
      await proceed.promise;
    };
    const early = find.byId(randomUUID());
    await reading.promise;
    const id = await accept();
    const late = find.byId(id);
    proceed.resolve();
    await early;
    assert.equal((await late).kind, 'maybe accepted');
  });

  it('is not absent where the position belongs to a longer log that was there before', async () => {
    shop.skipAhead(100);
    assert.equal((await find.byId(randomUUID())).kind, 'maybe accepted');
  });

  it('is absent if only new orders have moved the position beyond the end that was read', async () => {
    const id = await accept();
    shop.takeIn();
    let isFirst = true;
    shop.before = async (call) => {
      if (call !== 'positions' || !isFirst) return;
      isFirst = false;
      await accept(neighbour(id));
      shop.takeIn();
    };
    assert.equal((await find.byId(neighbour(id))).kind, 'absent');
  });

  it('is not looked for in what retention has deleted from the log', async () => {
    find = createFindOrder({
      statuses: shop.statuses,
      describeLog: () => Promise.resolve({ bounds: Array.from({ length: 3 }, () => ({ low: 9, high: 9 })) }),
      partitionOf: (id) => shop.writer.partitionOf(id),
    });
    assert.equal((await find.byId(randomUUID())).kind, 'absent');
  });

  it('may be accepted in a partition that is unknown so far', async () => {
    for (const partition of [undefined, 7]) {
      find = createFindOrder({
        statuses: shop.statuses,
        describeLog: () => shop.tail.describe(),
        partitionOf: () => partition,
      });
      assert.equal((await find.byId(randomUUID())).kind, 'maybe accepted');
    }
  });

  it('is asked for once by a thousand clients that wait', async () => {
    const ids = Array.from({ length: 1_000 }, () => randomUUID());
    const found = await Promise.all(ids.map((id) => find.byId(id)));
    assert.ok(found.every(({ kind }) => kind === 'absent'));
    const count = (name: string) => shop.calls.filter((call) => call === name).length;
    assert.ok(count('describe') <= 3, `${count('describe')} descriptions`);
    assert.ok(count('positions') <= 3, `${count('positions')} positions`);
    assert.ok(count('read') <= 4, `${count('read')} reads`);
  });

  it('by its number is absent only when all partitions were taken in', async () => {
    const id = await accept();
    assert.equal((await find.byNumber(1)).kind, 'maybe accepted');
    shop.takeIn();
    const found = await find.byNumber(1);
    assert.equal(found.kind === 'order' && found.order.id, id);
    assert.equal((await find.byNumber(2)).kind, 'absent');
  });

  it('fails with the database, and on a miss with the log', async () => {
    shop.isDatabaseAway = true;
    await assert.rejects(find.byId(randomUUID()), { code: 'STORE_UNAVAILABLE' });
    shop.isDatabaseAway = false;
    shop.isLogAway = true;
    await assert.rejects(find.byId(randomUUID()), { code: 'BROKER_UNAVAILABLE' });
  });
});
