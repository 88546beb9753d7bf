import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { LANGUAGES } from '../../src/domain/records.ts';
import type { MailContent } from '../../src/notifier/mail-book.ts';
import { renderMail } from '../../src/notifier/render-mail.ts';
import { leasedMail } from '../support/mails.ts';

const SETTINGS = { from: 'shop@example.com', publicUrl: 'https://shop.example.com' };
const ID = leasedMail().orderId;

/** Headers that every mail has, in lower case, and those of all but the first. */
const HEADERS = [
  'auto-submitted',
  'content-language',
  'content-type',
  'date',
  'from',
  'message-id',
  'mime-version',
  'subject',
  'to',
];
const THREAD_HEADERS = ['in-reply-to', 'references'];

describe('a rendered mail', () => {
  const render = (more: Partial<MailContent> = {}) => renderMail(leasedMail(more), SETTINGS);
  const parse = async (more: Partial<MailContent> = {}) => PostalMime.parse(await render(more));

  for (const [language, state, subject, sentence, price] of [
    ['es', 1, 'Pedido 12 recibido: Pokémon', 'Hemos recibido tu pedido.', 'Precio: 19,99'],
    ['es', 2, 'Pedido 12 en preparación: Pokémon', 'Estamos preparando tu pedido.', 'Precio: 19,99'],
    ['es', 3, 'Pedido 12 en camino: Pokémon', 'Tu pedido está en camino.', 'Precio: 19,99'],
    ['es', 4, 'Pedido 12 finalizado: Pokémon', 'Tu pedido ha sido entregado.', 'Precio: 19,99'],
    ['es', 5, 'Pedido 12 cancelado: Pokémon', 'Tu pedido ha sido cancelado.', 'Precio: 19,99'],
    ['en', 1, 'Order 12 received: Pokémon', 'We have received your order.', 'Price: 19.99'],
    ['en', 2, 'Order 12 being prepared: Pokémon', 'We are preparing your order.', 'Price: 19.99'],
    ['en', 3, 'Order 12 on its way: Pokémon', 'Your order is on its way.', 'Price: 19.99'],
    ['en', 4, 'Order 12 finished: Pokémon', 'Your order has been delivered.', 'Price: 19.99'],
    ['en', 5, 'Order 12 cancelled: Pokémon', 'Your order has been cancelled.', 'Price: 19.99'],
  ] as const) {
    it(`says in ${language} that an order is in state ${state}`, async () => {
      const mail = await parse({ language, state });
      assert.equal(mail.subject, subject);
      for (const part of [sentence, price, 'Pokémon', `https://shop.example.com/#/orders/${ID}`])
        assert.ok(mail.text?.includes(part), `${part} in ${mail.text}`);
      assert.ok(mail.html?.includes(sentence));
      assert.ok(mail.html?.includes(`<html lang="${language}">`));
      assert.ok(mail.html?.includes(`href="https://shop.example.com/#/orders/${ID}"`));
    });
  }

  it('has the order and its state in the Message-ID, and follows the first mail of the order', async () => {
    const [first, third] = [await parse(), await parse({ state: 3 })];
    assert.equal(first.messageId, `<${ID}.1@example.com>`);
    assert.deepEqual([first.inReplyTo, first.references], [undefined, undefined]);
    assert.equal(third.messageId, `<${ID}.3@example.com>`);
    assert.deepEqual([third.inReplyTo, third.references], [`<${ID}.1@example.com>`, `<${ID}.1@example.com>`]);
  });

  it('has the time of the state as its date, and is marked as automatic', async () => {
    const mail = await parse();
    assert.equal(mail.date, '2026-11-27T09:56:39.000Z');
    assert.equal(mail.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-generated');
  });

  it('has the same bytes each time', async () => {
    const bytes = await render({ name: '🎮'.repeat(300) });
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await render({ name: '🎮'.repeat(300) }), bytes);
  });

  it('says of a free game that it is free', async () => {
    assert.match((await parse({ priceCents: 0 })).text ?? '', /Precio: gratis/);
    assert.match((await parse({ priceCents: 5, language: 'en' })).text ?? '', /Price: 0\.05/);
  });

  it('shows markup in a name as it is written', async () => {
    const mail = await parse({ name: '<b>&"\'</b><script>alert(1)</script>' });
    assert.doesNotMatch(mail.html ?? '', /<b>|<script>/);
    assert.ok(mail.html?.includes('&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;'));
    assert.ok(mail.text?.includes('<b>&"\'</b>'));
  });

  it('shortens a very long name in the subject alone', async () => {
    const name = `${'ñandú 🎮 '.repeat(60)}end`;
    const mail = await parse({ name });
    assert.ok((mail.subject ?? '').endsWith('…') && (mail.subject ?? '').length < 200, mail.subject);
    assert.ok(mail.text?.includes(name));
  });

  it('is 7-bit text in lines that SMTP allows, whatever the name', async () => {
    for (const name of ['x'.repeat(500), '🎮'.repeat(250), 'ñ '.repeat(250), '.\n.\r\n.']) {
      const text = (await render({ name })).toString('latin1');
      for (const line of text.split('\r\n')) {
        assert.ok(line.length <= 998, `${line.length}`);
        assert.match(line, /^[\t\x20-\x7e]*$/);
      }
    }
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.constantFrom(
      'x\r\nBcc: victim@example.com',
      'x\nSubject: other\n\nbody',
      'x\r\n\r\n<script>alert(1)</script>',
      '=?utf-8?q?=0D=0ABcc=3A_v=40example.com?=',
      'a\u2028b\u2029c\u0085d\u0000e',
      '\u202egnp.exe',
      '\ud800lone',
      '----_NmP-x-Part_1--',
    ),
  );

  it('has no header but its own, whatever the name and the address contain', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostile,
        fc.constantFrom('ana@example.com', `${'a'.repeat(64)}@example.com`, "o'b+x_{}|~@example.com"),
        fc.constantFrom(...LANGUAGES),
        fc.constantFrom(1, 5),
        async (name, recipient, language, state) => {
          const mail = await parse({ name, recipient, language, state: state as 1 | 5 });
          const keys = mail.headers.map(({ key }) => key).sort();
          assert.deepEqual(keys, [...HEADERS, ...(state === 1 ? [] : THREAD_HEADERS)].sort());
          assert.deepEqual(
            mail.to?.map(({ address }) => address),
            [recipient],
          );
          assert.equal(mail.from?.address, SETTINGS.from);
          assert.equal(mail.messageId, `<${ID}.${state}@example.com>`);
          assert.doesNotMatch(mail.subject ?? '', /[\p{Cc}\u2028\u2029\u202e]/u);
          assert.doesNotMatch(mail.html ?? '', /<script/);
        },
      ),
      { numRuns: 300 },
    );
  });
});
