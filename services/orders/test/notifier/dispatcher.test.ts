import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { eventually } from '@caudal/common/testing';
import { createPersist } from '../../src/database/persist.ts';
import { Dispatcher, type DispatcherOptions } from '../../src/notifier/dispatcher.ts';
import type { LeasedMail } from '../../src/notifier/mail-book.ts';
import { createMailMetrics } from '../../src/notifier/metrics.ts';
import type { SendResult } from '../../src/notifier/settlement.ts';
import type { MailSession } from '../../src/notifier/smtp-session.ts';
import { leasedMail } from '../support/mails.ts';
import { MemoryMailBook } from '../support/memory-mail-book.ts';

const AWAY = new AppError('STORE_UNAVAILABLE', 'away', { retriable: true });

function mailsOf(count: number, more: Partial<LeasedMail> = {}): readonly LeasedMail[] {
  return Array.from({ length: count }, (_, i) => leasedMail({ orderId: `order-${i}`, ...more }));
}

/** A mail server in memory; `answer` decides what becomes of each mail, which is sent again for a session that is cut. */
class FakeServer {
  readonly sent: string[] = [];
  readonly sessions: AbortController[] = [];
  answer: (body: string) => Promise<SendResult> | SendResult = () => ({ kind: 'sent' });
  refusal: Error | undefined;
  opens = 0;

  readonly open = async (): Promise<MailSession> => {
    this.opens += 1;
    if (this.refusal) throw this.refusal;
    const closing = new AbortController();
    this.sessions.push(closing);
    return {
      send: async (_, bytes) => {
        this.sent.push(bytes.toString());
        return this.answer(bytes.toString());
      },
      probe: async () => undefined,
      closed: closing.signal,
      close: () => closing.abort(),
    };
  };
}

describe('the dispatcher of mails', () => {
  const running: Dispatcher[] = [];
  afterEach(() => Promise.all(running.splice(0).map((dispatcher) => dispatcher.stop())));

  const start = (book: MemoryMailBook, server: FakeServer, more: Partial<DispatcherOptions> = {}) => {
    const metrics = createMailMetrics(createRegistry(), () => dispatcher.isUp());
    const dispatcher: Dispatcher = new Dispatcher({
      book,
      open: server.open,
      render: async ({ orderId }) => Buffer.from(orderId),
      connections: 3,
      maxAttempts: 8,
      lease: { leaseMs: 60_000, sendMs: 1_000 },
      persist: createPersist(() => undefined),
      metrics,
      logger: createLogger('test', 'silent'),
      onFatal: (error) => {
        throw error;
      },
      ...more,
    });
    running.push(dispatcher);
    dispatcher.start();
    return dispatcher;
  };
  const untilSettled = (book: MemoryMailBook, count: number) =>
    eventually(
      () => book.settled.length,
      (n) => n >= count,
    );

  it('sends each mail once, and writes each down under its own lease', async () => {
    const book = new MemoryMailBook(mailsOf(500));
    const server = new FakeServer();
    start(book, server);
    await untilSettled(book, 500);
    assert.deepEqual(
      [...server.sent].sort(),
      mailsOf(500)
        .map(({ orderId }) => orderId)
        .sort(),
    );
    assert.ok(book.settled.every(({ outcome }) => outcome === 'sent'));
    const leased = new Map(book.leases.map(({ leaseId, given }) => [leaseId, given]));
    for (const { leaseId } of book.settled) leased.set(leaseId, (leased.get(leaseId) ?? 0) - 1);
    assert.ok([...leased.values()].every((left) => left === 0));
    assert.ok(book.leases.every(({ asked }) => asked <= 48));
  });

  it('leases nothing while the server is away, and resumes when it is back', async () => {
    const book = new MemoryMailBook(mailsOf(3));
    const server = new FakeServer();
    server.refusal = new Error('connect ECONNREFUSED');
    const dispatcher = start(book, server);
    await eventually(
      () => server.opens,
      (n) => n >= 6,
    );
    assert.deepEqual([book.leases.length, dispatcher.isUp()], [0, false]);
    assert.equal(dispatcher.unreadyReason(), 'connect ECONNREFUSED');
    server.refusal = undefined;
    await untilSettled(book, 3);
    assert.equal(dispatcher.unreadyReason(), undefined);
  });

  it('gives back what it has not begun when the server goes away', async () => {
    const book = new MemoryMailBook(mailsOf(20));
    const server = new FakeServer();
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    server.answer = () => promise;
    start(book, server, { connections: 1 });
    await eventually(
      () => server.sent.length,
      (n) => n === 1,
    );
    server.refusal = new Error('away');
    for (const session of server.sessions) session.abort();
    resolve({ kind: 'unknown', reason: 'lost' });
    await eventually(
      () => book.settled.map(({ outcome }) => outcome),
      (outcomes) => outcomes.length === 16,
    );
    const outcomes = book.settled.map(({ outcome }) => outcome);
    assert.deepEqual(
      [
        outcomes.filter((each) => each === 'unknown').length,
        outcomes.filter((each) => each === 'returned').length,
      ],
      [1, 15],
    );
    assert.equal(server.sent.length, 1);
  });

  it('keeps sending others while one gets no answer', async () => {
    const book = new MemoryMailBook(mailsOf(100));
    const server = new FakeServer();
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    server.answer = (body) => (body === 'order-0' ? promise : { kind: 'sent' });
    start(book, server, { connections: 2 });
    await untilSettled(book, 99);
    resolve({ kind: 'sent' });
    await untilSettled(book, 100);
  });

  it('begins no mail whose lease may end before the answer', async () => {
    const book = new MemoryMailBook(mailsOf(1));
    const server = new FakeServer();
    start(book, server, { lease: { leaseMs: 1_000, sendMs: 1_000 } });
    await untilSettled(book, 1);
    assert.deepEqual([book.settled[0]?.outcome, server.sent], ['returned', []]);
  });

  it('parks what cannot be rendered, and what was tried too often without an answer, and sends the rest', async () => {
    const book = new MemoryMailBook([
      leasedMail({ orderId: 'bad' }),
      leasedMail({ orderId: 'unanswered', unknownAttempts: 8, attempts: 8 }),
      leasedMail({ orderId: 'good' }),
    ]);
    const server = new FakeServer();
    start(book, server, {
      render: async ({ orderId }) => {
        if (orderId === 'bad') throw new TypeError('no such language');
        return Buffer.from(orderId);
      },
    });
    await untilSettled(book, 3);
    assert.deepEqual(server.sent, ['good']);
    const outcomes = Object.fromEntries(
      book.settled.map(({ orderId, outcome, reason }) => [orderId, [outcome, reason]]),
    );
    assert.deepEqual(outcomes, {
      bad: ['parked', 'cannot be rendered: no such language'],
      unanswered: ['parked', 'the outcome of 8 attempts is unknown'],
      good: ['sent', null],
    });
  });

  it('waits for a database that is away, with leases and with outcomes', async () => {
    const book = new MemoryMailBook(mailsOf(2));
    book.errors.push(AWAY, AWAY);
    const server = new FakeServer();
    server.answer = () => {
      if (book.errors.length === 0 && book.settled.length === 0) book.errors.push(AWAY);
      return { kind: 'sent' };
    };
    start(book, server, { connections: 1 });
    await untilSettled(book, 2);
    assert.deepEqual([...server.sent].sort(), ['order-0', 'order-1']);
  });

  it('lets a mail in progress end when it stops, gives back the rest, and writes both down', async () => {
    const book = new MemoryMailBook(mailsOf(10));
    const server = new FakeServer();
    const { promise, resolve } = Promise.withResolvers<SendResult>();
    server.answer = () => promise;
    const dispatcher = start(book, server, { connections: 1 });
    await eventually(
      () => server.sent.length,
      (n) => n === 1,
    );
    const stopped = dispatcher.stop();
    resolve({ kind: 'sent' });
    await stopped;
    const outcomes = book.settled.map(({ outcome }) => outcome).sort();
    assert.deepEqual(outcomes, [...Array.from({ length: 9 }, () => 'returned'), 'sent']);
    assert.equal(server.sent.length, 1);
  });

  it('stops although the database stays away', async () => {
    const book = new MemoryMailBook(mailsOf(1));
    const server = new FakeServer();
    server.answer = () => {
      book.errors.push(...Array.from({ length: 1_000 }, () => AWAY));
      return { kind: 'sent' };
    };
    const dispatcher = start(book, server);
    await eventually(
      () => server.sent.length,
      (n) => n === 1,
    );
    await dispatcher.stop();
    assert.deepEqual(book.settled, []);
  });

  it('does not hammer a server that closes its connections at once', async () => {
    const book = new MemoryMailBook([]);
    const server = new FakeServer();
    const open = async () => {
      const session = await server.open();
      session.close();
      return session;
    };
    const dispatcher = start(book, server, { open, connections: 1 });
    await eventually(
      () => server.opens,
      (n) => n >= 3,
    );
    assert.equal(dispatcher.unreadyReason(), 'it closes connections at once');
  });
});
