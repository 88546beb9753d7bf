import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { PoisonError } from '@caudal/common/message';
import type { DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import { createPersist } from '../../src/database/persist.ts';
import { createRecordHandler, type TakeOutcome } from '../../src/log/handle-records.ts';

const AWAY = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });
const GOING = new AbortController().signal;

/** Answers to calls, in order: an error is thrown. */
type Answers<T> = readonly (T | Error)[];

function setUp(answers: { readonly take?: Answers<TakeOutcome>; readonly park?: Answers<void> } = {}) {
  const calls: { taken: string[][]; parked: PoisonItem[][]; counts: string[]; keptAlive: number } = {
    taken: [],
    parked: [],
    counts: [],
    keptAlive: 0,
  };
  const answer = <T>(given: Answers<T> | undefined, call: number, fallback: T): T => {
    const next = given?.[call] ?? fallback;
    if (next instanceof Error) throw next;
    return next as T;
  };
  const handle = createRecordHandler<string>({
    decode(body) {
      const text = body.toString();
      if (text === 'poison') throw new PoisonError('it is poison');
      if (text === 'bug') throw new TypeError('a bug');
      return text;
    },
    async take(records) {
      calls.taken.push([...records]);
      return answer(answers.take, calls.taken.length - 1, { kind: 'taken', fresh: records.length });
    },
    persist: createPersist(() => undefined),
    metrics: {
      taken: (fresh, duplicates) => void calls.counts.push(`taken ${fresh} ${duplicates}`),
      redelivered: (n) => void calls.counts.push(`redelivered ${n}`),
      parked: (n) => void calls.counts.push(`parked ${n}`),
    },
    logger: createLogger('test', 'silent'),
  });
  const batch = (...texts: string[]): DeliveryBatch => ({
    bodies: texts.map((text) => Buffer.from(text)),
    redelivered: 0,
    position: { source: 't:0', expected: 5, next: 5 + texts.length, marks: 'm' },
    async park(items) {
      calls.parked.push([...items]);
      answer(answers.park, calls.parked.length - 1, undefined);
    },
    async keepAlive() {
      calls.keptAlive += 1;
    },
  });
  return { handle, batch, calls };
}

describe('the handler of records', () => {
  it('takes records in, and says how many were new', async () => {
    const { handle, batch, calls } = setUp({ take: [{ kind: 'taken', fresh: 1 }] });
    assert.deepEqual(await handle(batch('a', 'b', 'c'), GOING), { kind: 'stored' });
    assert.deepEqual([calls.taken, calls.counts], [[['a', 'b', 'c']], ['taken 1 2']]);
  });

  it('parks what can never be used before it takes the rest in, trying again', async () => {
    const away = new AppError('BROKER_UNAVAILABLE', 'away', { retriable: true });
    const { handle, batch, calls } = setUp({ park: [away, undefined] });
    await handle(batch('a', 'poison', 'b'), GOING);
    const items = [{ index: 1, reason: 'it is poison' }];
    assert.deepEqual(calls.parked, [items, items]);
    assert.deepEqual([calls.taken, calls.counts], [[['a', 'b']], ['parked 1', 'taken 2 0']]);
  });

  it('moves the position past a batch of poison alone', async () => {
    const { handle, batch, calls } = setUp();
    assert.deepEqual(await handle(batch('poison'), GOING), { kind: 'stored' });
    assert.deepEqual(calls.taken, [[]]);
  });

  it('tries for as long as the database is away, keeping the batch', async () => {
    const { handle, batch, calls } = setUp({ take: [AWAY, AWAY] });
    assert.deepEqual(await handle(batch('a'), GOING), { kind: 'stored' });
    assert.deepEqual([calls.taken.length, calls.keptAlive, calls.counts], [3, 2, ['taken 1 0']]);
  });

  it('knows its own work when the reply to it was lost', async () => {
    const { handle, batch, calls } = setUp({ take: [AWAY, { kind: 'moved', position: 6 }] });
    assert.deepEqual(await handle(batch('a'), GOING), { kind: 'stored' });
    assert.deepEqual(calls.counts, ['taken 1 0']);
  });

  for (const [title, take, position] of [
    ['at once', [{ kind: 'moved', position: 6 }], 6],
    ['at the start', [{ kind: 'moved', position: null }], null],
    ['elsewhere after a lost reply', [AWAY, { kind: 'moved', position: 9 }], 9],
  ] as const satisfies readonly (readonly [string, Answers<TakeOutcome>, number | null])[]) {
    it(`goes where the database is, if that is another place: ${title}`, async () => {
      const { handle, batch, calls } = setUp({ take });
      assert.deepEqual(await handle(batch('a'), GOING), { kind: 'moved', position });
      assert.deepEqual(calls.counts, ['redelivered 1']);
    });
  }

  it('gives up when it is to stop while the database is away', async () => {
    const { handle, batch } = setUp({ take: [AWAY] });
    await assert.rejects(handle(batch('a'), AbortSignal.abort()), { code: 'STOPPING' });
  });

  it('gives up when it is to stop before poison is parked', async () => {
    const { handle, batch, calls } = setUp({ park: [AWAY] });
    await assert.rejects(handle(batch('poison'), AbortSignal.abort()), { code: 'STOPPING' });
    assert.deepEqual(calls.taken, []);
  });

  it('hands on what no retry can help, and bugs', async () => {
    const rejected = new AppError('STORE_REJECTED', 'no');
    const { handle, batch } = setUp({ take: [rejected] });
    await assert.rejects(handle(batch('a'), GOING), rejected);
    await assert.rejects(handle(batch('bug'), GOING), TypeError);
  });

  it('needs a position', async () => {
    const { handle, batch } = setUp();
    const { position: _, ...rest } = batch('a');
    await assert.rejects(handle(rest, GOING), /from a log only/);
  });
});
