import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import type { ReceivedMail } from '../evidence.ts';
import { blanks } from '../judge-mails.ts';

/** A line of the mailbox's file. */
interface MailLine {
  /** When it was on disk, ms since the epoch. */
  readonly at: number;
  /** Recipients of the envelope. */
  readonly to: readonly string[];
  /** Base64. */
  readonly raw: string;
}

/**
 * Reads the mails in the mailbox's file, in the order of their arrival; the parser is not that of what wrote them. A last line without
 * an end is not a mail: it was never acknowledged.
 * @throws Error for a line that is no mail
 */
export async function readMails(contents: Buffer): Promise<readonly ReceivedMail[]> {
  const lines = contents.toString().split('\n').slice(0, -1);
  const mails: ReceivedMail[] = [];
  for (const line of lines) mails.push(await readMail(JSON.parse(line) as MailLine));
  return mails;
}

async function readMail({ at, to, raw }: MailLine): Promise<ReceivedMail> {
  const source = Buffer.from(raw, 'base64');
  const mail = await PostalMime.parse(source);
  const headerRecipients = [mail.to, mail.cc, mail.bcc].flatMap((list) => list ?? []);
  return {
    messageId: bare(mail.messageId) ?? '',
    recipients: to,
    headerRecipients: headerRecipients.map(({ address }) => address ?? ''),
    inReplyTo: bare(mail.inReplyTo),
    text: blanks(`${mail.subject ?? ''} ${mail.text ?? ''}`),
    digest: createHash('sha256').update(source).digest('base64url'),
    atMs: at,
  };
}

function bare(id: string | undefined): string | undefined {
  return id?.replaceAll(/^<|>$/g, '');
}
