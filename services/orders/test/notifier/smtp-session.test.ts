import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { eventually } from '@caudal/common/testing';
import { type MailSession, openSmtpSession } from '../../src/notifier/smtp-session.ts';
import { makeCertificate } from '../support/certificate.ts';
import { type FakeSmtp, type SmtpScript, startFakeSmtp } from '../support/fake-smtp.ts';
import { type MailboxBed, startMailboxBed } from '../support/mailbox-bed.ts';
import { smtpSettings } from '../support/notifier-bed.ts';

const BYTES = Buffer.from('Subject: x\r\n\r\nHola\r\n');
const TO = 'ana@example.com';

describe('a session with a scripted mail server', () => {
  let server: FakeSmtp | undefined;
  let session: MailSession | undefined;
  afterEach(async () => {
    session?.close();
    await server?.close();
  });

  const open = async (script: SmtpScript, timeoutMs = 5_000): Promise<MailSession> => {
    server = await startFakeSmtp(script);
    session = await openSmtpSession(smtpSettings(server.port, { timeoutMs }));
    return session;
  };

  it('sends one mail after the other', async () => {
    const opened = await open({});
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await opened.send(TO, BYTES), { kind: 'sent' });
    assert.equal(server?.connections, 1);
    assert.equal(opened.closed.aborted, false);
  });

  for (const [title, script, result, isClosed] of [
    ['a mail refused for now', { '.': '451 later' }, ['refused', false, /^451/], false],
    ['a mail refused permanently', { '.': '554 no' }, ['refused', true, /^554/], false],
    ['a recipient refused for now', { RCPT: '450 busy', DATA: '503 no' }, ['refused', false, /^450/], true],
    [
      'a recipient refused permanently',
      { RCPT: '550 unknown', DATA: '503 no' },
      ['refused', true, /^550/],
      true,
    ],
    ['a mail that is too large', { MAIL: '552 too large' }, ['refused', true, /^552/], true],
    ['DATA refused for now', { DATA: '451 later' }, ['refused', false, /^451/], true],
    ['a sender refused for now', { MAIL: '451 later' }, ['refused', false, /^451/], true],
    ['a sender refused permanently', { MAIL: '550 not yours' }, ['returned', undefined, /^550/], true],
    ['a login that is missing', { MAIL: '530 log in' }, ['returned', undefined, /^530/], true],
    ['a server that leaves before', { MAIL: '421 bye' }, ['returned', undefined, /^421/], true],
    ['a connection lost before', { MAIL: 'cut' }, ['returned', undefined, /closed/], true],
    ['a connection lost in place of 354', { DATA: 'cut' }, ['returned', undefined, /closed/], true],
    ['a server that leaves after', { '.': '421 bye' }, ['unknown', undefined, /^421/], true],
    ['a connection lost in place of the answer', { '.': 'cut' }, ['unknown', undefined, /closed/], true],
  ] as const) {
    it(`sees what ${title} means`, async () => {
      const opened = await open(script);
      const [kind, isPermanent, reason] = result;
      const actual = await opened.send(TO, BYTES);
      assert.equal(actual.kind, kind);
      if (actual.kind === 'refused') assert.equal(actual.isPermanent, isPermanent);
      assert.match('reason' in actual ? actual.reason : '', reason);
      assert.equal(opened.closed.aborted, isClosed);
      assert.equal(server?.connections, 1);
    });
  }

  for (const [title, script, kind] of [
    ['returned if it did not come to DATA', { RCPT: null }, 'returned'],
    ['unknown if it was handed over', { '.': null }, 'unknown'],
  ] as const) {
    it(`gives up where no answer comes, ${title}`, async () => {
      const opened = await open(script, 200);
      const result = await opened.send(TO, BYTES);
      assert.equal(result.kind, kind);
      assert.match('reason' in result ? result.reason : '', /no answer within 200 ms/);
      assert.equal(opened.closed.aborted, true);
      assert.equal((await opened.send(TO, BYTES)).kind, 'returned');
    });
  }

  for (const recipient of ['ana@example.com\r\nRCPT TO:<eve@example.com>', 'a>\r\nDATA', '<>', '']) {
    it(`asks no server to take a mail for ${JSON.stringify(recipient)}`, async () => {
      const opened = await open({});
      const result = await opened.send(recipient, BYTES);
      assert.equal(result.kind, 'refused');
      assert.equal(result.kind === 'refused' && result.isPermanent, true);
      assert.deepEqual(
        server?.commands.filter((word) => word !== 'EHLO' && word !== 'QUIT'),
        [],
      );
    });
  }

  it('closes when a probe gets no answer, and not when it gets one', async () => {
    const alive = await open({});
    await alive.probe();
    assert.equal(alive.closed.aborted, false);
    alive.close();
    await server?.close();
    const silent = await open({ RSET: null }, 200);
    await silent.probe();
    assert.equal(silent.closed.aborted, true);
  });

  it('sees that the server has closed it', async () => {
    const opened = await open({});
    await server?.close();
    server = undefined;
    await eventually(() => opened.closed.aborted, Boolean);
  });

  for (const [title, script, reason] of [
    ['does not greet', { GREETING: null }, /no answer within|greeting/i],
    ['greets with a refusal', { GREETING: '554 go away' }, /554/],
    ['hangs up', { GREETING: 'cut' }, /closed|ECONNRESET/],
    ['does not answer EHLO', { EHLO: null }, /no answer within/],
  ] as const) {
    it(`does not open with a server that ${title}`, async () => {
      await assert.rejects(open(script, 300), reason);
    });
  }
});

describe('a session with a mailbox that wants TLS and a login', () => {
  const login = { user: 'shop', pass: 'correct horse' };
  let certificate: { readonly cert: string; readonly key: string };
  let bed: MailboxBed;
  before(async () => {
    certificate = await makeCertificate();
    bed = await startMailboxBed({
      login: { username: login.user, password: login.pass },
      tls: certificate,
    });
  });
  after(() => bed.close());

  const open = (more: Parameters<typeof smtpSettings>[1]) =>
    openSmtpSession(
      smtpSettings(bed.mailbox.smtpPort, {
        host: 'localhost',
        security: 'starttls',
        ca: certificate.cert,
        login,
        timeoutMs: 5_000,
        ...more,
      }),
    );

  it('opens with its CA and the right password', async () => {
    const session = await open({});
    assert.deepEqual(await session.send(TO, BYTES), { kind: 'sent' });
    session.close();
    assert.equal((await bed.mails()).length, 1);
  });

  for (const [title, more, reason] of [
    ['the system’s CAs', { ca: undefined }, /self-signed certificate/],
    ['another host name than the certificate’s', { host: '127.0.0.1' }, /does not match|altnames/i],
    ['a wrong password', { login: { ...login, pass: 'wrong' } }, /535/],
    ['TLS from the first byte', { security: 'tls' }, /./],
  ] as const) {
    it(`does not open with ${title}, and says why`, async () => {
      await assert.rejects(open(more), reason);
    });
  }

  it('does not send in clear text what it was asked to encrypt', async () => {
    const plain = await startMailboxBed();
    try {
      await assert.rejects(
        openSmtpSession(smtpSettings(plain.mailbox.smtpPort, { security: 'starttls' })),
        /STARTTLS|TLS/,
      );
    } finally {
      await plain.close();
    }
  });
});
