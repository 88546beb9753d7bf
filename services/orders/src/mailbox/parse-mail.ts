import PostalMime from 'postal-mime';
import type { ReceivedMail } from './mail-line.ts';

/** A mail as it is shown: read by a parser, and not to be trusted. */
export interface ParsedMail {
  /** Number of the mail, from 1. */
  readonly n: number;
  /** When it came, ISO 8601. */
  readonly at: string;
  /** From the envelope, as the recipients. */
  readonly from: string;
  readonly to: readonly string[];
  readonly messageId: string | null;
  readonly subject: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | null;
  readonly html: string | null;
}

/** Parses a mail; one that no parser understands has only its envelope. */
export async function parseMail({
  n,
  at,
  from,
  to,
  raw,
}: ReceivedMail & { readonly n: number }): Promise<ParsedMail> {
  const envelope = { n, at: new Date(at).toISOString(), from, to };
  try {
    const { messageId, subject, headers, text, html } = await PostalMime.parse(raw);
    return {
      ...envelope,
      messageId: messageId ?? null,
      subject: subject ?? null,
      headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
      text: text ?? null,
      html: html ?? null,
    };
  } catch {
    return {
      ...envelope,
      messageId: null,
      subject: null,
      headers: [],
      text: raw.toString('latin1'),
      html: null,
    };
  }
}
