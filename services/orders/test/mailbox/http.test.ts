import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpServer } from '@caudal/common/http';
import { createLogger } from '@caudal/common/logging';
import { createTransport } from 'nodemailer';
import { Dial } from '../../src/mailbox/dial.ts';
import { readDial, turnDial } from '../../src/mailbox/dial-client.ts';
import { createMailboxListener } from '../../src/mailbox/http.ts';
import { type MailboxBed, startMailboxBed } from '../support/mailbox-bed.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\'';

describe('the pages of the mailbox', () => {
  let bed: MailboxBed;
  before(async () => {
    bed = await startMailboxBed();
    const transport = createTransport({ host: '127.0.0.1', port: bed.mailbox.smtpPort });
    for (const to of ['ana@example.com', 'bob@example.com', 'ana@example.com'])
      await transport.sendMail({
        from: 'shop@example.com',
        to,
        subject: `Pedido ${HOSTILE}`,
        text: `Hola, ${HOSTILE}`,
        html: `<p>Hola</p><script>alert(1)</script>`,
      });
    const raw = Buffer.from([0x00, 0xff, 0xfe, 0x0d, 0x0a, 0x0d, 0x0a, 0x80]);
    await transport.sendMail({ envelope: { from: '', to: 'odd@example.com' }, raw });
    transport.close();
  });
  after(() => bed.close());

  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`${bed.url}${path}`, init);
  const list = async (query: string): Promise<number[]> => {
    const { messages } = (await (await get(`/api/messages${query}`)).json()) as { messages: { n: number }[] };
    return messages.map(({ n }) => n);
  };

  it('lists mails: the newest first, after a number in order, those to an address', async () => {
    assert.deepEqual(await list(''), [4, 3, 2, 1]);
    assert.deepEqual(await list('?limit=2'), [4, 3]);
    assert.deepEqual(await list('?after=1'), [2, 3, 4]);
    assert.deepEqual(await list('?to=ANA@example.com'), [3, 1]);
    assert.deepEqual(await list('?to='), [4, 3, 2, 1]);
    assert.deepEqual(await list('?after=0&to=ana@example.com&limit=1'), [1]);
  });

  it('reads a mail with its headers and both parts', async () => {
    const mail = (await (await get('/api/messages/1')).json()) as Record<string, unknown>;
    assert.equal(mail.subject, `Pedido ${HOSTILE}`);
    assert.match(String(mail.text), /Hola, <img/);
    assert.match(String(mail.html), /<script>/);
    assert.deepEqual([mail.from, mail.to], ['shop@example.com', ['ana@example.com']]);
    assert.match(String(mail.messageId), /^<.*>$/);
  });

  it('shows a mail that is none', async () => {
    const mail = (await (await get('/api/messages/4')).json()) as Record<string, unknown>;
    assert.deepEqual([mail.from, mail.to], ['', ['odd@example.com']]);
    assert.equal((await get('/messages/4')).status, 200);
  });

  for (const path of ['/', '/messages/1', '/?to=%3Cscript%3E', '/?before=2']) {
    it(`escapes whatever a mail or an address contains: ${path}`, async () => {
      const response = await get(path);
      assert.equal(response.status, 200);
      const text = await response.text();
      assert.doesNotMatch(text, /<img|<script|onerror=alert\(1\)>/);
      const policy = response.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /script-src|unsafe-eval/);
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    });
  }

  it('serves the HTML part where it can run and load nothing', async () => {
    assert.match(await (await get('/messages/1')).text(), /<iframe sandbox title/);
    const response = await get('/api/messages/1/html');
    assert.match(response.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.match(await response.text(), /<p>Hola<\/p>/);
    assert.equal(await (await get('/api/messages/4/html')).text(), '');
  });

  it('answers HEAD without a body', async () => {
    const response = await get('/', { method: 'HEAD' });
    assert.deepEqual([response.status, await response.text()], [200, '']);
  });

  for (const [title, path, init, status, detail] of [
    ['a mail that is not there', '/api/messages/99', {}, 404, /no mail 99/],
    ['mail 0', '/api/messages/0', {}, 404, /no mail 0/],
    ['an unknown path', '/nope', {}, 404, /api\/messages/],
    ['a number that is none', '/api/messages/abc', {}, 404, /api\/messages/],
    ['a limit above the maximum', '/api/messages?limit=501', {}, 400, /limit/],
    ['a limit that is none', '/api/messages?limit=x', {}, 400, /limit/],
    ['a negative number', '/api/messages?after=-1', {}, 400, /after/],
    ['a long address', `/api/messages?to=${'a'.repeat(300)}`, {}, 400, /to/],
    ['another method', '/api/messages', { method: 'POST' }, 405, /GET/],
    ['a URL that is none', '//', {}, 400, /URL/],
    ['a dial without JSON', '/api/dial', { method: 'PUT', body: '{}' }, 415, /application\/json/],
    ['a dial that is no JSON', '/api/dial', put('{'), 400, /not JSON/],
    ['a mode that is none', '/api/dial', put('{"mode":"explode"}'), 400, /mode/],
    ['a count that is none', '/api/dial', put('{"mode":"hang","count":0}'), 400, /count/],
    ['a member that is unknown', '/api/dial', put('{"mode":"hang","n":1}'), 400, /n/],
    ['a large dial', '/api/dial', put(JSON.stringify('x'.repeat(2_000))), 413, /1024/],
    ['another method of the dial', '/api/dial', { method: 'DELETE' }, 405, /PUT/],
  ] as const) {
    it(`answers ${title} with a problem`, async () => {
      const response = await get(path, init);
      assert.equal(response.status, status);
      assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
      assert.match(((await response.json()) as { detail: string }).detail, detail);
    });
  }

  it('turns the dial, and counts down', async () => {
    assert.deepEqual(await turnDial(bed.url, { mode: 'refuse', count: 2 }), { mode: 'refuse', count: 2 });
    const transport = createTransport({ host: '127.0.0.1', port: bed.mailbox.smtpPort });
    const send = () => transport.sendMail({ from: 'a@example.com', to: 'b@example.com', text: 'x' });
    await assert.rejects(send(), /451/);
    assert.deepEqual(await readDial(bed.url), { mode: 'refuse', count: 1 });
    await assert.rejects(send(), /451/);
    assert.deepEqual(await readDial(bed.url), { mode: 'accept' });
    await send();
    transport.close();
  });

  it('has no dial unless it was asked for', async (t) => {
    const dial = new Dial();
    const file = { list: () => [], read: () => Promise.resolve(undefined) };
    const logger = createLogger('test', 'silent');
    const server = createHttpServer(createMailboxListener({ file, dial, hasDial: false, logger }));
    const url = `http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    t.after(() => server.close());
    await assert.rejects(turnDial(url, { mode: 'hang' }), /answered 404/);
    await assert.rejects(readDial(url), /answered 404/);
    assert.deepEqual(dial.setting, { mode: 'accept' });
  });
});

function put(body: string) {
  return { method: 'PUT', body, headers: { 'content-type': 'application/json' } };
}
