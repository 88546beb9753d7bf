import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeMailLine } from '../../../../../../orders/src/mailbox/mail-line.ts';
import { readMails } from '../../../../../src/workloads/orders/verify/witness/read-mailbox.ts';

const RAW = Buffer.from(
  [
    'From: shop@example.com',
    'To: "Ana, B." <ana@example.com>',
    'Cc: eva@example.com',
    'Message-ID: <1.2@example.com>',
    'In-Reply-To: <1.1@example.com>',
    'Subject: =?utf-8?Q?Pedido_n=C2=BA_1?=',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Tu juego:',
    '  =E2=80=9CEspa=C3=B1a=E2=80=9D',
    '',
  ].join('\r\n'),
);
const line = encodeMailLine({ at: 5, from: 'shop@example.com', to: ['ana@example.com'], raw: RAW });

describe('readMails', () => {
  it('reads what the mailbox writes, with names, encodings and threads', async () => {
    const [mail] = await readMails(line);
    const { digest, ...read } = mail ?? { digest: '' };
    assert.deepEqual(read, {
      messageId: '1.2@example.com',
      recipients: ['ana@example.com'],
      headerRecipients: ['ana@example.com', 'eva@example.com'],
      inReplyTo: '1.1@example.com',
      text: 'Pedido nº 1 Tu juego: “España”',
      atMs: 5,
    });
    assert.match(digest, /^[\w-]{43}$/);
  });

  it('gives copies the same digest, and others another', async () => {
    const other = encodeMailLine({ at: 6, from: '', to: [], raw: Buffer.concat([RAW, Buffer.from('!')]) });
    const [first, again, third] = await readMails(Buffer.concat([line, line, other]));
    assert.equal(first?.digest, again?.digest);
    assert.notEqual(first?.digest, third?.digest);
  });

  it('leaves a line out that was not completed, and fails at one that is no mail', async () => {
    assert.equal((await readMails(Buffer.concat([line, line.subarray(0, 20)]))).length, 1);
    assert.deepEqual(await readMails(Buffer.alloc(0)), []);
    await assert.rejects(readMails(Buffer.from('no mail\n')));
  });

  it('reads a mail without headers as one without a name', async () => {
    const [mail] = await readMails(
      encodeMailLine({ at: 1, from: '', to: [], raw: Buffer.from('\r\nhello') }),
    );
    assert.equal(mail?.messageId, '');
  });
});
