import MailComposer from 'nodemailer/lib/mail-composer';
import { RECEIVED, type StateNumber } from '../domain/state.ts';
import { escapeHtml } from '../escape-html.ts';
import type { MailContent } from './mail-book.ts';
import { MAIL_TEXTS } from './mail-texts.ts';

/** Settings of all mails. */
export interface MailSettings {
  /** Address of the sender. */
  readonly from: string;
  /** URL of the shop, without a slash at its end. */
  readonly publicUrl: string;
}

/** Longest name of a game in a subject, characters; the mail itself has all of it. */
const MAX_SUBJECT_NAME = 120;

/**
 * Renders a mail as the bytes that are sent. They depend on nothing but the arguments: a mail that is sent again has the same
 * Message-ID, date and text, so that whoever gets it twice can see that it is the same.
 */
export async function renderMail(mail: MailContent, settings: MailSettings): Promise<Buffer> {
  const { orderId, state, number, recipient, language, happenedAt } = mail;
  const texts = MAIL_TEXTS[language];
  const name = oneLine(mail.name);
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
  const idOf = (of: StateNumber) => `<${orderId}.${of}@${domain}>`;
  const link = `${settings.publicUrl}/#/orders/${orderId}`;
  const rows = [
    [texts.order, String(number)],
    [texts.game, name],
    [texts.price, priceText(mail.priceCents, texts)],
  ] as const;
  const composer = new MailComposer({
    from: { name: '', address: settings.from },
    to: { name: '', address: recipient },
    subject: `${texts.order} ${number} ${texts.subject[state]}: ${subjectName(name)}`,
    date: new Date(happenedAt),
    messageId: idOf(state),
    ...(state !== RECEIVED && { inReplyTo: idOf(RECEIVED), references: idOf(RECEIVED) }),
    headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': language },
    text: [
      texts.sentence[state],
      '',
      ...rows.map(([label, value]) => `${label}: ${value}`),
      '',
      `${texts.link}: ${link}`,
      '',
    ].join('\r\n'),
    html: page(language, [
      `<p>${escapeHtml(texts.sentence[state])}</p>`,
      `<table>${rows.map(([label, value]) => `<tr><th align="left">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table>`,
      `<p><a href="${escapeHtml(link)}">${escapeHtml(texts.link)}</a></p>`,
    ]),
    baseBoundary: `${orderId}.${state}`,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

function priceText(priceCents: number, { free, decimalPoint }: (typeof MAIL_TEXTS)['es']): string {
  return priceCents === 0 ? free : (priceCents / 100).toFixed(2).replace('.', decimalPoint);
}

/** A name without line breaks and other characters that do not print: they have no place in a header. */
function oneLine(name: string): string {
  return name
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\p{Bidi_Control}]/gu, '')
    .trim();
}

/** The name as it is in the subject: not too long, and without what a reader would decode as an encoded word (RFC 2047). */
function subjectName(name: string): string {
  const characters = [...name.replaceAll('=?', '= ?')];
  return characters.length <= MAX_SUBJECT_NAME
    ? characters.join('')
    : `${characters.slice(0, MAX_SUBJECT_NAME).join('')}…`;
}

function page(language: string, body: readonly string[]): string {
  return `<!doctype html>\r\n<html lang="${language}"><head><meta charset="utf-8"></head><body>\r\n${body.join('\r\n')}\r\n</body></html>\r\n`;
}
