import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { createTransport } from 'nodemailer';
import { MAX_MAIL_BYTES } from '../../src/mailbox/smtp.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type MailboxBed, startMailboxBed } from '../support/mailbox-bed.ts';

const MAIL = { from: 'shop@example.com', to: 'ana@example.com', subject: 'Pedido', text: 'Hola' };
const LOGIN = { username: 'shop', password: 'correct horse' };

describe('the mailbox’s SMTP', () => {
  let bed: MailboxBed;
  before(async () => {
    bed = await startMailboxBed();
  });
  after(() => bed.close());
  beforeEach(() => bed.dial({ mode: 'accept' }));

  const transportOf = (port: number, more: object = {}) =>
    createTransport({ host: '127.0.0.1', port, ignoreTLS: true, ...more });
  const sizeOf = async (): Promise<number> => (await bed.mails()).length;

  it('keeps a mail for anyone as it came, with its envelope', async () => {
    const raw = Buffer.from('Subject: x\r\n\r\n.a line with a dot\r\n..\r\n\xe9\r\n', 'latin1');
    const to = ['ana@example.com', 'someone@elsewhere.test'];
    await transportOf(bed.mailbox.smtpPort).sendMail({ envelope: { from: 'shop@example.com', to }, raw });
    const mail = (await bed.mails()).at(-1);
    assert.deepEqual([mail?.from, mail?.to], ['shop@example.com', to]);
    assert.deepEqual(Buffer.from(mail?.raw ?? '', 'base64'), raw);
  });

  it('takes a mail of the largest size, and refuses a larger one without keeping it', async () => {
    const before = await sizeOf();
    const head = 'Subject: x\r\n\r\n';
    const bodyOf = (bytes: number) =>
      Buffer.from(
        head +
          'a'
            .repeat(70)
            .concat('\r\n')
            .repeat(bytes / 72 + 1),
      ).subarray(0, bytes);
    const envelope = { from: 'shop@example.com', to: 'ana@example.com' };
    const transport = transportOf(bed.mailbox.smtpPort);
    await transport.sendMail({ envelope, raw: bodyOf(MAX_MAIL_BYTES - 100) });
    await assert.rejects(transport.sendMail({ envelope, raw: bodyOf(MAX_MAIL_BYTES + 1_000) }), /552/);
    assert.equal(await sizeOf(), before + 1);
  });

  it('refuses a crowd of recipients beyond 50', async () => {
    const to = Array.from({ length: 60 }, (_, i) => `user${i}@example.com`);
    const { accepted, rejected } = await transportOf(bed.mailbox.smtpPort).sendMail({ ...MAIL, to });
    assert.deepEqual([accepted.length, rejected.length], [50, 10]);
  });

  for (const [mode, code] of [
    ['refuse', /451/],
    ['reject', /550/],
  ] as const) {
    it(`keeps nothing that it answers with an error: ${mode}`, async () => {
      const before = await sizeOf();
      await bed.dial({ mode, count: 1 });
      await assert.rejects(transportOf(bed.mailbox.smtpPort).sendMail(MAIL), code);
      assert.equal(await sizeOf(), before);
    });
  }

  for (const [mode, reason] of [
    ['hang', /Timeout/],
    ['drop', /closed|ECONNRESET/],
  ] as const) {
    it(`keeps the mail without an answer: ${mode}`, async () => {
      const before = await sizeOf();
      await bed.dial({ mode, count: 1 });
      await assert.rejects(
        transportOf(bed.mailbox.smtpPort, { socketTimeout: 2_000 }).sendMail(MAIL),
        reason,
      );
      await eventually(sizeOf, (size) => size === before + 1);
    });
  }

  it('lives through a client that sends garbage and goes', async () => {
    const socket = connect(bed.mailbox.smtpPort, '127.0.0.1');
    await once(socket, 'data');
    socket.write(Buffer.alloc(100_000, 0xff));
    socket.write('MAIL FROM:<\r\nRCPT TO:<a@b>\r\nDATA\r\n');
    socket.resetAndDestroy();
    await transportOf(bed.mailbox.smtpPort).sendMail(MAIL);
  });

  it('answers that it is full, and that it may not be later', async (t) => {
    const small = await startMailboxBed({ file: { path: `${bed.path}.small`, maxBytes: 10 } });
    t.after(() => small.close());
    await assert.rejects(transportOf(small.mailbox.smtpPort).sendMail(MAIL), /452/);
    assert.equal((await small.mails()).length, 0);
  });

  it('wants the right login if it has one', async (t) => {
    const locked = await startMailboxBed({ login: LOGIN });
    t.after(() => locked.close());
    const send = (auth?: object) => transportOf(locked.mailbox.smtpPort, auth && { auth }).sendMail(MAIL);
    await assert.rejects(send(), /530|authentication/i);
    await assert.rejects(send({ user: 'shop', pass: 'wrong' }), /535/);
    await assert.rejects(send({ user: 'other', pass: LOGIN.password }), /535/);
    for (const method of ['PLAIN', 'LOGIN'])
      await createTransport({
        host: '127.0.0.1',
        port: locked.mailbox.smtpPort,
        ignoreTLS: true,
        authMethod: method,
        auth: { user: 'shop', pass: LOGIN.password },
      } as object).sendMail(MAIL);
    assert.equal((await locked.mails()).length, 2);
  });

  it('offers TLS if it has a certificate, and takes no login before', async (t) => {
    const { cert, key } = await makeCertificate();
    const secured = await startMailboxBed({ login: LOGIN, tls: { cert, key } });
    t.after(() => secured.close());
    const auth = { user: 'shop', pass: LOGIN.password };
    const options = { host: 'localhost', port: secured.mailbox.smtpPort, auth };
    await createTransport({ ...options, requireTLS: true, tls: { ca: cert } }).sendMail(MAIL);
    await assert.rejects(createTransport({ ...options, ignoreTLS: true }).sendMail(MAIL), /538|530|STARTTLS/);
    await assert.rejects(createTransport({ ...options, requireTLS: true }).sendMail(MAIL), /self-signed/);
    assert.equal((await secured.mails()).length, 1);
  });
});
