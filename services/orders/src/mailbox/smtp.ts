import { createHash, timingSafeEqual } from 'node:crypto';
import { listen } from '@caudal/common/http';
import type { Logger } from '@caudal/common/logging';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Dial } from './dial.ts';
import { NotStoredError } from './mail-file.ts';
import type { IndexEntry } from './mail-index.ts';
import type { ReceivedMail } from './mail-line.ts';

/** Options of {@link createSmtpServer}. */
export interface SmtpServerOptions {
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly dial: Dial;
  /** Stores a mail; it is acknowledged when this resolves. */
  store(mail: ReceivedMail): Promise<IndexEntry>;
  readonly logger: Logger;
}

/** The mailbox's SMTP side. */
export interface MailboxSmtpServer {
  /** Starts listening, on all addresses if `host` is undefined; resolves with the port. */
  listen(host: string | undefined, port: number): Promise<number>;
  /** Stops listening, lets mails in progress end for a moment, then cuts the rest. */
  close(): Promise<void>;
}

/** Largest mail, bytes. */
export const MAX_MAIL_BYTES = 256 * 1_024;
const MAX_CONNECTIONS = 500;
const MAX_RECIPIENTS = 50;
const IDLE_TIMEOUT_MS = 60_000;
const CLOSE_TIMEOUT_MS = 2_000;

/** Creates an SMTP server that stores every mail, whoever it is for, and sends none on. */
export function createSmtpServer(options: SmtpServerOptions): MailboxSmtpServer {
  const { login, tls, dial, store, logger } = options;
  const unanswered = new Set<SMTPServerSession>();
  const server = new SMTPServer({
    name: 'mailbox',
    banner: 'keeps every mail and sends none on',
    logger: false,
    disableReverseLookup: true,
    noDelay: true,
    size: MAX_MAIL_BYTES,
    maxClients: MAX_CONNECTIONS,
    maxRecipients: MAX_RECIPIENTS,
    socketTimeout: IDLE_TIMEOUT_MS,
    closeTimeout: CLOSE_TIMEOUT_MS,
    authMethods: ['PLAIN', 'LOGIN'],
    // Without a certificate a login in clear text is the only one there is.
    disabledCommands: [...(login ? [] : ['AUTH']), ...(tls ? [] : ['STARTTLS'])],
    ...tls,
    onAuth({ username, password }, _session, callback) {
      const isKnown =
        login !== undefined && isEqual(username, login.username) && isEqual(password, login.password);
      if (isKnown) callback(null, { user: login.username });
      else callback(refusal(535, 'wrong username or password'));
    },
    onClose: (session) => unanswered.delete(session),
    onData(stream, session, callback) {
      readMail(stream, session, async (mail) => {
        if (stream.sizeExceeded) return callback(refusal(552, `mails have at most ${MAX_MAIL_BYTES} bytes`));
        const mode = dial.next();
        if (mode === 'refuse') return callback(refusal(451, 'refused for now, as the dial says'));
        if (mode === 'reject') return callback(refusal(550, 'rejected, as the dial says'));
        try {
          const { n } = await store(mail);
          if (mode === 'accept') callback(null, `stored as ${n}`);
          if (mode === 'drop') cut(session);
          if (mode === 'hang') unanswered.add(session);
        } catch (error) {
          if (!(error instanceof NotStoredError)) throw error;
          logger.warn({ reason: error.message }, 'mail not stored');
          callback(refusal(452, 'not stored: try again later'));
        }
      });
    },
  });
  // Errors of single connections: a client that went away, usually.
  server.on('error', (error) => logger.debug({ reason: error.message }, 'SMTP connection'));

  function cut(session: SMTPServerSession): void {
    for (const connection of server.connections) if (connection.session === session) connection.close();
  }

  return {
    listen: (host, port) => listen(server.server, host, port),
    close() {
      // The library would answer that the mail was not taken.
      for (const session of unanswered) cut(session);
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Reads a mail to its end; keeps no more than the largest mail in memory. */
function readMail(
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  onMail: (mail: ReceivedMail) => Promise<void>,
): void {
  const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  const to = envelope.rcptTo.map(({ address }) => address);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    if (stream.byteLength <= MAX_MAIL_BYTES) chunks.push(chunk);
  });
  stream.once('end', () => void onMail({ at: Date.now(), from, to, raw: Buffer.concat(chunks) }));
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** Takes as long for any text. */
function isEqual(given: string | null | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected));
}
