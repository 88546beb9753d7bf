import { escapeHtml } from '../escape-html.ts';
import type { ParsedMail } from './parse-mail.ts';

/** Nothing but the page's own style may be loaded or run: mails are not to be trusted. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** The HTML part of a mail runs nothing, sends nothing, and loads nothing from anywhere. */
export const PART_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere }
pre { white-space: pre-wrap; overflow-wrap: anywhere }
iframe { width: 100%; height: 28rem; border: 1px solid #8884; background: #fff }
nav a { margin-right: 1rem }`;

/** What the list of mails shows. */
export interface ListPage {
  readonly messages: readonly ParsedMail[];
  /** The address that it is limited to. */
  readonly to: string | undefined;
  /** Number before which older mails continue; undefined if there are none. */
  readonly olderBefore: number | undefined;
}

/** The page with the newest mails. */
export function listPage({ messages, to, olderBefore }: ListPage): string {
  const rows = messages.map(
    ({ n, at, to: recipients, subject }) =>
      `<tr><td><time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 19).replace('T', ' '))}</time></td>` +
      `<td>${escapeHtml(recipients.join(', '))}</td><td><a href="messages/${n}">${escapeHtml(subject ?? '(no subject)')}</a></td></tr>`,
  );
  const filter = to === undefined ? '' : `&amp;to=${escapeHtml(encodeURIComponent(to))}`;
  return page(
    'Mailbox',
    `<h1>Mailbox</h1>
<form><label>Mails to <input type="email" name="to" value="${escapeHtml(to ?? '')}"></label> <button>Show</button> <a href="./">all</a></form>
<table><thead><tr><th scope="col">Time (UTC)</th><th scope="col">To</th><th scope="col">Subject</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
${messages.length === 0 ? '<p>No mails.</p>' : ''}
${olderBefore === undefined ? '' : `<nav><a href="?before=${olderBefore}${filter}">Older mails</a></nav>`}`,
  );
}

/** The page of one mail; its HTML part is in a frame of its own. */
export function mailPage({ n, headers, subject, text, html }: ParsedMail): string {
  const rows = headers.map(
    ({ name, value }) => `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const title = subject ?? '(no subject)';
  return page(
    title,
    `<nav><a href="../">All mails</a></nav>
<h1>${escapeHtml(title)}</h1>
<h2>Text</h2><pre>${escapeHtml(text ?? '(none)')}</pre>
${html === null ? '' : `<h2>HTML</h2><iframe sandbox title="HTML part" src="../api/messages/${n}/html"></iframe>`}
<h2>Headers</h2><table><tbody>${rows.join('\n')}</tbody></table>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
}
