import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../../../src/workloads/orders/judge.ts';
import type {
  Evidence,
  ReceivedMail,
  StoredOrder,
} from '../../../../src/workloads/orders/verify/evidence.ts';
import { type Case, judgeOrders } from '../../../../src/workloads/orders/verify/judge-orders.ts';
import type { OrderLine } from '../../../../src/workloads/orders/verify/ledger.ts';
import {
  announcementsOf,
  CASE_STEP_MS,
  mailsOf,
  orderCase,
  storedOrder,
} from '../../../support/orders-case.ts';

const CLEAN = orderCase();
const ORDERS = CLEAN.evidence.orders;
const pick = <T>(list: readonly T[], index: number): T => list.at(index) as T;
const FIRST = pick(ORDERS, 0);
const CANCELLED = pick(ORDERS, -1);
const FIRST_LINE = pick(CLEAN.ledger.orders, 0);

const withEvidence = (evidence: Partial<Evidence>): Case => ({
  ...CLEAN,
  evidence: { ...CLEAN.evidence, ...evidence },
});
const withOrder = (changed: Partial<StoredOrder>, index = 0): Case =>
  withEvidence({ orders: ORDERS.map((order, n) => (n === index ? { ...order, ...changed } : order)) });
/** With what follows from its history, too. */
const withHistory = (events: StoredOrder['events'], state = 4): Case => {
  const order = { ...FIRST, events, state };
  const once = [...new Map(events.map((event) => [event.state, event])).values()];
  const orders = [{ ...order, events: once.sort((a, b) => a.state - b.state) }, ...ORDERS.slice(1)];
  return withEvidence({
    orders: [order, ...ORDERS.slice(1)],
    announcements: orders.flatMap(announcementsOf),
    mails: orders.flatMap(mailsOf),
  });
};
const withLines = (lines: readonly OrderLine[], more: Partial<Case> = {}): Case => ({
  ...CLEAN,
  ledger: { ...CLEAN.ledger, orders: lines },
  ...more,
});
const withMails = (change: (mails: readonly ReceivedMail[]) => readonly ReceivedMail[]): Case =>
  withEvidence({ mails: change(CLEAN.evidence.mails) });
const atStates = (...states: readonly [number, number][]) =>
  states.map(([state, steps]) => ({ state, atMs: 1_000_000 + steps * (CASE_STEP_MS + 5) }));

/** `kind subject count`, in the order of a text. */
const found = (one: Case): readonly string[] =>
  judgeOrders(one)
    .findings.map(({ kind, subject, count }) => `${kind} ${subject} ${count}`)
    .sort();

describe('judgeOrders', () => {
  it('is exact when everything is as promised', () => {
    const account = judgeOrders(CLEAN);
    const { accepted, kept, finished, cancelled, transitions, announcements, mails, copies } = account;
    assert.deepEqual(
      { accepted, kept, finished, cancelled, transitions, announcements, mails, copies },
      {
        accepted: 6,
        kept: 6,
        finished: 5,
        cancelled: 1,
        transitions: 22,
        announcements: 22,
        mails: 22,
        copies: 0,
      },
    );
    assert.deepEqual(account.lateness, { p50: 5, p99: 5, max: 5 });
    assert.deepEqual(account.mailDelay, { p50: 20, p99: 20, max: 20 });
    assert.equal(judge({ account }).exact, true);
  });

  it('proves nothing without orders, or while orders are in flight', () => {
    const nothing = judgeOrders(
      withLines([], { evidence: { ...CLEAN.evidence, orders: [], announcements: [], mails: [] } }),
    );
    assert.equal(judge({ account: nothing }).exact, false);
    const { exact, findings } = judge({ account: judgeOrders(CLEAN), notSettled: '3 mails wait' });
    assert.equal(exact, false);
    assert.match(findings[0]?.detail ?? '', /not settled: 3 mails wait/);
  });

  const cases: Readonly<Record<string, readonly [Case, ...string[]]>> = {
    'an order that is gone': [withEvidence({ orders: ORDERS.slice(1) }), 'lost orders 1'],
    'an order of another row': [withOrder({ row: 2 }), 'wrong announcements 4', 'wrong orders 1'],
    'an order at another price': [
      withEvidence({
        orders: ORDERS.with(0, { ...FIRST, priceCents: 1 }),
        announcements: ORDERS.with(0, { ...FIRST, priceCents: 1 }).flatMap(announcementsOf),
      }),
      'wrong orders 1',
    ],
    'an order in another language': [withOrder({ language: 'en' }), 'wrong orders 1'],
    'an order in another state than its history': [withOrder({ state: 3 }), 'diverged transitions 1'],
    'a state left out': [withHistory(atStates([1, 0], [3, 2], [4, 3])), 'skipped transitions 1'],
    'states never reached': [withHistory(atStates([1, 0], [2, 1]), 2), 'lost transitions 2'],
    'a history that is empty': [withHistory([], 1), 'lost transitions 4'],
    'two states swapped': [
      withHistory(atStates([1, 0], [3, 1], [2, 2], [4, 3])),
      'out-of-order transitions 1',
    ],
    'a state twice': [withHistory(atStates([1, 0], [2, 1], [2, 1], [3, 2], [4, 3])), 'doubled transitions 1'],
    'a state half a second early': [
      withHistory([...atStates([1, 0], [2, 1]), { state: 3, atMs: 1_001_505 }, ...atStates([4, 3])]),
      'early transitions 1',
    ],
    'a cancel that was promised and not kept': [
      withLines(
        CLEAN.ledger.orders.map((line) => (line.row === 1 ? { ...line, cancel: 'cancelled' } : line)),
      ),
      'lost transitions 1',
      'wrong transitions 3',
    ],
    'a cancel that was refused and done': [
      withLines(CLEAN.ledger.orders.map((line) => (line.row === 6 ? { ...line, cancel: 'kept' } : line))),
      'lost transitions 3',
      'wrong transitions 1',
    ],
    'an announcement that is missing': [
      withEvidence({ announcements: CLEAN.evidence.announcements.slice(1) }),
      'lost announcements 1',
    ],
    'an announcement at another price': [
      withEvidence({
        announcements: CLEAN.evidence.announcements.with(0, {
          ...pick(CLEAN.evidence.announcements, 0),
          priceCents: 1,
        }),
      }),
      'wrong announcements 1',
    ],
    'announcements in another order': [
      withEvidence({ announcements: CLEAN.evidence.announcements.toReversed() }),
      'out-of-order announcements 16',
    ],
    'announcements of an order that nothing promised': [
      withEvidence({
        announcements: [...CLEAN.evidence.announcements, { ...pick(announcementsOf(FIRST), 0), id: 'x' }],
      }),
      'wrong announcements 1',
    ],
    'a mail that is missing': [withMails((mails) => mails.slice(1)), 'lost mails 1'],
    'a mail twice': [withMails((mails) => [...mails, pick(mails, 3)]), 'doubled mails 1'],
    'copies that differ': [
      withMails((mails) => [...mails, { ...pick(mails, 3), digest: 'another' }]),
      'doubled mails 1',
      'wrong mails 1',
    ],
    'a later mail before an earlier one': [
      withMails((mails) => mails.with(1, pick(mails, 2)).with(2, pick(mails, 1))),
      'out-of-order mails 1',
    ],
    'a stray mail': [
      withMails((mails) => [...mails, { ...pick(mails, 0), messageId: 'x@example.com' }]),
      'wrong mails 1',
    ],
    'a mail without a Message-ID': [
      withMails((mails) => [...mails, { ...pick(mails, 0), messageId: '' }]),
      'wrong mails 1',
    ],
    'a mail to another address': [
      withMails((mails) => mails.with(0, { ...pick(mails, 0), recipients: ['user1@example.com'] })),
      'wrong mails 1',
    ],
    'a mail that says it is for another': [
      withMails((mails) => mails.with(0, { ...pick(mails, 0), headerRecipients: ['user1@example.com'] })),
      'wrong mails 1',
    ],
    'a mail to two addresses': [
      withMails((mails) =>
        mails.with(0, { ...pick(mails, 0), recipients: ['user0@example.com', 'user1@example.com'] }),
      ),
      'wrong mails 1',
    ],
    'a mail about another game': [
      withMails((mails) => mails.with(0, { ...pick(mails, 0), text: 'Juego nº 2' })),
      'wrong mails 1',
    ],
    'a mail that answers no other': [
      withMails((mails) => mails.with(1, { ...pick(mails, 1), inReplyTo: undefined })),
      'wrong mails 1',
    ],
    'a mail about a state that was not reached': [
      withMails((mails) => [...mails, { ...pick(mails, 0), messageId: `${CANCELLED.id}.2@shop.example` }]),
      'out-of-order mails 1',
      'wrong mails 1',
    ],
    'an answer about another order': [
      withEvidence({ wrongAnswers: [{ id: 'a', what: 'showed order b' }] }),
      'wrong answers 1',
    ],
    'an order accepted without an id': [
      withLines([...CLEAN.ledger.orders, { ...FIRST_LINE, key: 'another', id: undefined }]),
      'lost orders 1',
    ],
    'an order accepted as another one': [
      withLines([...CLEAN.ledger.orders, { ...FIRST_LINE, key: 'another' }]),
      'lost orders 1',
    ],
    'an order that is there again under its own id': [
      withEvidence({ orders: [...ORDERS, storedOrder({ ...FIRST_LINE, id: undefined }, 9)] }),
      'doubled orders 1',
    ],
    'a refused order that is there': [
      withLines(
        CLEAN.ledger.orders.map((line, n) =>
          n === 0 ? { ...line, outcome: 'refused', id: undefined } : line,
        ),
      ),
      'wrong orders 1',
    ],
  };
  for (const [name, [one, ...expected]] of Object.entries(cases)) {
    it(`finds ${name}, and nothing else`, () => {
      assert.deepEqual(found(one), expected);
      assert.equal(judge({ account: judgeOrders(one) }).exact, false);
    });
  }

  it('allows a cancel at any time in the first state', () => {
    const last = ORDERS.length - 1;
    const events = CANCELLED.events.map((event) => ({ ...event, atMs: 1_000_000 }));
    const order = { ...CANCELLED, events };
    const orders = ORDERS.with(last, order);
    assert.deepEqual(found(withEvidence({ orders, announcements: orders.flatMap(announcementsOf) })), []);
  });

  it('finds a mail that was refused permanently', () => {
    const one = withOrder({ mails: FIRST.mails.map((mail) => ({ ...mail, status: 'parked' })) });
    const { findings } = judgeOrders({
      ...one,
      evidence: { ...one.evidence, mails: CLEAN.evidence.mails.slice(1) },
    });
    assert.deepEqual(
      findings.map(({ detail, examples }) => [detail, examples]),
      [['a mail that was refused permanently', [`${FIRST.id}.1`]]],
    );
  });

  it('allows as many copies of a mail as attempts of unknown outcome, and no more', () => {
    const copied = (copies: number): Case => {
      const one = withOrder({ mails: FIRST.mails.map((mail) => ({ ...mail, unknownAttempts: 1 })) });
      const mails = [
        ...CLEAN.evidence.mails,
        ...Array.from({ length: copies }, () => pick(mailsOf(FIRST), 0)),
      ];
      return { ...one, evidence: { ...one.evidence, mails } };
    };
    assert.deepEqual(found(copied(1)), []);
    assert.deepEqual(found(copied(2)), ['doubled mails 1']);
    assert.equal(judgeOrders(copied(1)).copies, 1);
  });

  it('allows an announcement again, and mails and announcements of orders from before', () => {
    const again = pick(announcementsOf(FIRST), 0);
    const older = 'bbbbbbbb-0000-8000-8000-000000000000';
    assert.deepEqual(
      found(
        withEvidence({
          others: new Set([older]),
          announcements: [...CLEAN.evidence.announcements, again, { ...again, id: older }],
          mails: [
            ...CLEAN.evidence.mails,
            { ...pick(mailsOf(FIRST), 0), messageId: `${older}.4@shop.example` },
          ],
        }),
      ),
      [],
    );
  });

  it('judges an order without a last word by what became of it', () => {
    const line = { ...FIRST_LINE, outcome: 'unknown', id: undefined } as const;
    const there = judgeOrders(withLines(CLEAN.ledger.orders.with(0, line)));
    assert.deepEqual([there.unknown, there.unknownThere, there.findings], [1, 1, []]);
    const gone = judgeOrders(withLines([...CLEAN.ledger.orders, line]));
    assert.deepEqual([gone.unknown, gone.unknownThere, gone.findings], [1, 0, []]);
    const half = withHistory(atStates([1, 0], [2, 1]), 2);
    assert.deepEqual(
      found({ ...half, ledger: { ...CLEAN.ledger, orders: CLEAN.ledger.orders.with(0, line) } }),
      ['lost transitions 2'],
    );
  });

  it('leaves the orders of other customers alone', () => {
    const other = storedOrder({ ...FIRST_LINE, id: undefined, email: 'cliente@example.com' }, 9);
    assert.deepEqual(found(withEvidence({ orders: [...ORDERS, { ...other, events: [] }] })), []);
  });
});
