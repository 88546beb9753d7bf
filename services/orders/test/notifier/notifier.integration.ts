import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { eventually, metricValue, useServers } from '@caudal/common/testing';
import { type MailboxBed, startMailboxBed } from '../support/mailbox-bed.ts';
import {
  confirmation,
  confirmationsOf,
  messageIdOf,
  type Sender,
  smtpSettings,
  startSender,
} from '../support/notifier-bed.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';

const servers = useServers('postgresql');

interface MailRow {
  readonly state: number;
  readonly status: string;
  readonly attempts: number;
  readonly unknown_attempts: number;
  readonly reason: string | null;
}

describe('the sender of mails', () => {
  let bed: OrdersBed;
  let mailbox: MailboxBed;
  const senders: Sender[] = [];
  before(async () => {
    bed = await openOrdersBed(servers());
  });
  after(() => bed?.close());
  beforeEach(async () => {
    await bed.query('truncate mails.mail, mails.pace');
    mailbox = await startMailboxBed();
  });
  afterEach(async () => {
    await Promise.all(senders.splice(0).map((sender) => sender.stop()));
    await mailbox.close();
  });

  const start = async (
    ...[settings, more]: Partial<[Parameters<typeof smtpSettings>[1], Parameters<typeof startSender>[2]]>
  ) => {
    const sender = await startSender(bed, smtpSettings(mailbox.mailbox.smtpPort, settings), more);
    senders.push(sender);
    return sender;
  };
  const rows = () =>
    bed.query<MailRow>(
      'select state, status, attempts, unknown_attempts, reason from mails.mail order by order_id, state',
    );
  const metric = async (sender: Sender, series: string) =>
    metricValue(await sender.registry.metrics(), series);
  const settled = (status = 'waiting') =>
    eventually(
      () => bed.query<{ n: string }>('select count(*) as n from mails.mail where status = $1', [status]),
      ([row]) => row?.n === '0',
      { timeoutMs: 60_000 },
    );

  it('sends 500 mails once each, in the order of each order’s states', async () => {
    const confirmations = confirmationsOf(125);
    const sender = await start();
    assert.equal(await sender.take(confirmations), 500);
    await settled();
    const mails = await mailbox.mails();
    assert.deepEqual(mails.map(({ messageId }) => messageId).sort(), confirmations.map(messageIdOf).sort());
    for (const id of new Set(confirmations.map(({ orderid }) => orderid))) {
      const own = mails.filter(({ messageId }) => messageId.includes(id));
      assert.deepEqual(
        own.map(({ messageId }) => /\.(\d)@/.exec(messageId)?.[1]),
        ['1', '2', '3', '4'],
      );
      assert.deepEqual(new Set(own.flatMap(({ to }) => to)).size, 1);
    }
  });

  it('tries again what was refused for now, and has it sent once', async () => {
    await mailbox.dial({ mode: 'refuse', count: 3 });
    const sender = await start();
    await sender.take(confirmationsOf(2));
    await settled();
    assert.equal((await mailbox.mails()).length, 8);
    const attempts = (await rows()).map(({ attempts }) => attempts);
    assert.equal(
      attempts.reduce((sum, n) => sum + n, 0),
      11,
    );
    assert.equal(await metric(sender, 'caudal_mails_total{outcome="refused"}'), 3);
  });

  it('parks what was refused too often, with the reason, and sends the next state’s mail', async () => {
    await mailbox.dial({ mode: 'refuse', count: 2 });
    const sender = await start({}, { maxAttempts: 2 });
    const id = randomUUID();
    await sender.take([confirmation(id, 1), confirmation(id, 2)]);
    await settled();
    const [first, second] = await rows();
    assert.equal(first?.status, 'parked');
    assert.match(first?.reason ?? '', /^451 .*\(refused 2 times\)$/);
    assert.deepEqual([second?.status, second?.attempts], ['sent', 1]);
  });

  it('parks what was rejected at once, with the reason, and sends the next state’s mail', async () => {
    await mailbox.dial({ mode: 'reject', count: 1 });
    const sender = await start();
    const id = randomUUID();
    await sender.take([confirmation(id, 1), confirmation(id, 2)]);
    await settled();
    const [first, second] = await rows();
    assert.deepEqual([first?.status, first?.attempts], ['parked', 1]);
    assert.match(first?.reason ?? '', /^550 /);
    assert.equal(second?.status, 'sent');
    assert.deepEqual(
      (await mailbox.mails()).map(({ messageId }) => messageId),
      [messageIdOf({ orderid: id, state: 2 })],
    );
    assert.equal(await metric(sender, 'caudal_mails_total{outcome="parked"}'), 1);
  });

  for (const mode of ['hang', 'drop'] as const) {
    it(`counts each copy as an unknown attempt, and sends the same bytes again: ${mode}`, async () => {
      await mailbox.dial({ mode, count: 2 });
      const sender = await start();
      const confirmations = [confirmation(randomUUID(), 1), confirmation(randomUUID(), 1)];
      await sender.take(confirmations);
      await settled();
      const mails = await mailbox.mails();
      assert.equal(mails.length, 4);
      for (const { orderid, state } of confirmations) {
        const copies = mails.filter(({ messageId }) => messageId === messageIdOf({ orderid, state }));
        assert.equal(new Set(copies.map(({ raw }) => raw)).size, 1);
        const [row] = await bed.query<MailRow>('select * from mails.mail where order_id = $1', [orderid]);
        assert.equal(copies.length - 1, row?.unknown_attempts);
      }
      assert.equal(await metric(sender, 'caudal_mails_total{outcome="unknown"}'), 2);
    });
  }

  it('keeps sending others’ mails while the server does not answer to one', async () => {
    await mailbox.dial({ mode: 'hang', count: 1 });
    const sender = await start({ timeoutMs: 20_000 }, { connections: 2 });
    await sender.take(confirmationsOf(10));
    const sent = await eventually(
      async () => (await rows()).filter(({ status }) => status === 'sent').length,
      (n) => n === 36,
    );
    assert.equal(sent, 36);
    // Its connection is cut, so that this ends without waiting for the answer.
    await mailbox.restart();
    await settled();
  });

  it('counts nothing against a mail while the server is away, and resumes when it is back', async () => {
    const sender = await start();
    await eventually(() => sender.dispatcher.isUp(), Boolean);
    await mailbox.restart(async () => {
      await eventually(
        () => sender.dispatcher.isUp(),
        (isUp) => !isUp,
      );
      await sender.take(confirmationsOf(5));
      assert.equal(await metric(sender, 'caudal_mail_server_up'), 0);
      assert.match(sender.dispatcher.unreadyReason() ?? '', /ECONNREFUSED/);
    });
    await settled();
    assert.equal((await mailbox.mails()).length, 20);
    assert.ok((await rows()).every(({ attempts }) => attempts === 1));
  });

  it('shares the mails with another process', async () => {
    const confirmations = confirmationsOf(100);
    const [first, second] = [await start(), await start()];
    await first.take(confirmations);
    await settled();
    assert.equal((await mailbox.mails()).length, 400);
    for (const sender of [first, second])
      assert.notEqual(await metric(sender, 'caudal_mails_total{outcome="sent"}'), 0);
  });

  it('paces the mails of one recipient, and no one else’s', async () => {
    const sender = await start({}, { perRecipientPerMinute: 2 });
    const flood = Array.from({ length: 6 }, () =>
      confirmation(randomUUID(), 1, { usermail: 'one@example.com' }),
    );
    const others = confirmationsOf(10).filter(({ state }) => state === 1);
    await sender.take([...flood, ...others]);
    await eventually(
      async () => (await mailbox.mails()).length,
      (n) => n === 13,
    );
    const waiting = await bed.query<{ recipient: string; seconds: number }>(
      `select recipient, extract(epoch from next_at - created_at)::float as seconds from mails.mail
       where status = 'waiting' order by next_at`,
    );
    assert.deepEqual(
      waiting.map(({ recipient }) => recipient),
      Array.from({ length: 3 }, () => 'one@example.com'),
    );
    assert.deepEqual(
      waiting.map(({ seconds }) => Math.round(seconds)),
      [30, 60, 90],
    );
  });

  it('sends everything once although PostgreSQL is killed meanwhile', async () => {
    const sender = await start();
    await sender.take(confirmationsOf(100));
    await eventually(
      async () => (await mailbox.mails()).length,
      (n) => n > 40,
      { everyMs: 5 },
    );
    await servers().kill('postgresql');
    await servers().start('postgresql');
    await eventually(
      () => settled(),
      () => true,
      { pastErrors: true },
    );
    const mails = await mailbox.mails();
    assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, 400);
    const unknown = (await rows()).reduce((sum, row) => sum + row.unknown_attempts, 0);
    assert.ok(mails.length - 400 <= unknown, `${mails.length - 400} copies, ${unknown} unknown attempts`);
  });
});
