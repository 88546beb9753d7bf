import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type SettleOptions,
  unsettled,
  waitUntilSettled,
} from '../../../../src/workloads/orders/load/wait-until-settled.ts';
import type { Progress } from '../../../../src/workloads/orders/verify/witness/read-database.ts';

const SETTLED: Progress = {
  orders: 3,
  byState: { 4: 2, 5: 1 },
  due: 0,
  transitions: 10,
  outbox: 0,
  mails: { sent: 9, parked: 1 },
};

describe('unsettled', () => {
  const cases: Readonly<Record<string, Partial<Progress>>> = {
    '1 orders are not taken in': { orders: 2 },
    '2 orders are on their way': { due: 2 },
    '4 states are not announced': { outbox: 4 },
    '2 states have no mail yet': { mails: { sent: 8 } },
    '1 mails are not sent': { mails: { sent: 9, waiting: 1 } },
  };
  for (const [reason, changes] of Object.entries(cases)) {
    it(`says that ${reason}`, () => assert.equal(unsettled({ ...SETTLED, ...changes }, 3), reason));
  }

  it('is satisfied with mails that were sent or refused permanently', () => {
    assert.equal(unsettled(SETTLED, 3), undefined);
  });
});

/** A wait on a clock of its own, on which a second passes with each look at it, once for each reading. */
function settling(
  options: Pick<SettleOptions, 'read'> & Partial<SettleOptions>,
): Promise<string | undefined> {
  let seconds = 0;
  return waitUntilSettled({
    accepted: 3,
    stalledAfterMs: 20_000,
    stillForMs: 0,
    pollMs: 0,
    nowMs: () => 1_000 * seconds++,
    ...options,
  });
}

describe('waitUntilSettled', () => {
  it('waits while there is progress, however long', async () => {
    const outbox = [...Array.from({ length: 60 }, (_, n) => 60 - n), 0];
    const seen: number[] = [];
    const reason = await settling({
      read: () => Promise.resolve({ ...SETTLED, outbox: outbox.shift() ?? 0 }),
      onProgress: (progress) => seen.push(progress.outbox),
    });
    assert.equal(reason, undefined);
    assert.deepEqual([seen.length, seen[0], seen.at(-1)], [61, 60, 0]);
  });

  it('says what it was waiting for when nothing changes', async () => {
    const reason = await settling({ read: () => Promise.resolve({ ...SETTLED, due: 1 }) });
    assert.equal(reason, 'no progress for 20 s: 1 orders are on their way');
  });

  it('goes over a database that is away for a while, and says so when it stays away', async () => {
    let reads = 0;
    const away = new Error('connection refused');
    const read = () => {
      reads += 1;
      return reads < 20 ? Promise.reject(away) : Promise.resolve(SETTLED);
    };
    assert.equal(await settling({ read }), undefined);
    assert.equal(
      await settling({ read: () => Promise.reject(away) }),
      'no progress for 20 s: connection refused',
    );
  });

  it('waits for the time without changes: an order of unknown outcome may still come', async () => {
    let reads = 0;
    const read = () => Promise.resolve({ ...SETTLED, orders: 3 + Math.min(3, reads++) });
    assert.equal(await settling({ stillForMs: 10_000, read }), undefined);
    // Four with changes, and ten seconds without.
    assert.equal(reads, 14);
  });

  it('ends when it is interrupted', async () => {
    await assert.rejects(
      settling({ signal: AbortSignal.abort(), read: () => Promise.resolve(SETTLED) }),
      /interrupted/,
    );
  });
});
