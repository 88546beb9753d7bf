import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { untilConnected } from '@caudal/common/messaging';
import { deleteTopics, eventually, readTopic, uniqueName, useServers } from '@caudal/common/testing';
import { createTopicWriter, readOrderTopics } from '../../src/database/order-topics.ts';
import { encodeRecord } from '../../src/domain/records.ts';
import { readMails } from '../support/mailbox-bed.ts';
import { confirmationsOf, FROM, messageIdOf } from '../support/notifier-bed.ts';
import { type OrdersBed, openOrdersBed } from '../support/orders-bed.ts';
import { type RunningProgram, startProgram } from '../support/program.ts';

const servers = useServers('kafka', 'postgresql');
const logger = createLogger('test', 'silent');

describe('notifiers and a mailbox as processes', () => {
  const topic = uniqueName('confirmed');
  const running: RunningProgram[] = [];
  let bed: OrdersBed;
  let directory: string;
  before(async () => {
    bed = await openOrdersBed(servers());
    directory = await mkdtemp(join(tmpdir(), 'caudal-notifier-'));
  });
  after(async () => {
    for (const { child, exited } of running) {
      child.kill('SIGKILL');
      await exited;
    }
    await bed?.close();
    await deleteTopics(servers().addresses.kafka.brokers.split(','), [topic, `${topic}.dead`]);
    await rm(directory, { recursive: true, force: true });
  });

  const start = (...[name, environment]: Parameters<typeof startProgram>) => {
    const program = startProgram(name, environment);
    running.push(program);
    return program;
  };
  const sumOf = async (column: string): Promise<number> => {
    const [row] = await bed.query<{ n: string }>(`select coalesce(sum(${column}), 0) as n from mails.mail`);
    return Number(row?.n);
  };

  it('send every mail although one of them is killed, and no copy that is not accounted for', async () => {
    const path = join(directory, 'mails.jsonl');
    const mailbox = await start('mailbox', {
      MAILBOX_FILE: path,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
    }).until('listening');
    const environment = {
      KAFKA_BROKERS: servers().addresses.kafka.brokers,
      CONFIRMED_TOPIC: topic,
      MAILS_GROUP: topic,
      POSTGRESQL_URL: bed.urls.notifier,
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(mailbox.smtpPort),
      SMTP_TIMEOUT_MS: '1000',
      MAIL_LEASE_MS: '3000',
      MAIL_FROM: FROM,
      PUBLIC_URL: 'http://shop.example.com/',
    };
    const [first, second] = [start('notifier', environment), start('notifier', environment)];
    await Promise.all([first.until('listening'), second.until('listening')]);

    const writer = await createTopicWriter(readOrderTopics(environment, 'test').confirmed, { logger });
    await untilConnected(() => writer.connect(), {
      name: 'kafka',
      logger,
      stopping: new AbortController().signal,
    });
    const confirmations = confirmationsOf(200);
    const records = confirmations.map((each) => ({
      key: each.orderid,
      value: encodeRecord(each),
    }));
    const poison = { key: 'x', value: Buffer.from('{"orderid":"no"}') };
    // As a relay does that has lost a reply.
    await writer.write([...records.slice(0, 100), poison, ...records]);
    await eventually(
      async () => (await readMails(path)).length,
      (n) => n > 100,
      { everyMs: 10 },
    );
    first.child.kill('SIGKILL');
    await first.exited;

    await eventually(
      () => bed.query<{ n: string }>(`select count(*) as n from mails.mail where status = 'sent'`),
      ([row]) => row?.n === '800',
    );
    const mails = await readMails(path);
    assert.deepEqual(
      [...new Set(mails.map(({ messageId }) => messageId))].sort(),
      confirmations.map(messageIdOf).sort(),
    );
    const copies = mails.length - confirmations.length;
    const unknown = await sumOf('unknown_attempts');
    assert.ok(copies <= unknown, `${copies} copies, ${unknown} unknown attempts`);
    const dead = await readTopic(environment.KAFKA_BROKERS.split(','), `${topic}.dead`);
    assert.deepEqual(
      dead.map(({ value }) => value),
      ['{"orderid":"no"}'],
    );
    await writer.close();

    second.child.kill('SIGTERM');
    assert.deepEqual(await second.exited, [0, null]);
  });
});
