import { once } from 'node:events';
import { Readable } from 'node:stream';
import { errorMessage } from '@caudal/common/errors';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SendResult } from './settlement.ts';

/** Connection settings of the mail server. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `tls` refuse a server that does not encrypt, or whose certificate is not valid. */
  readonly security: 'none' | 'starttls' | 'tls';
  readonly login: { readonly user: string; readonly pass: string } | undefined;
  /** PEM of the CA; the system's CAs if undefined. */
  readonly ca: string | undefined;
  /** Time for connecting, and for each mail. */
  readonly timeoutMs: number;
  /** Address that mails come from. */
  readonly from: string;
}

/** An open connection to the mail server, for one mail at a time. */
export interface MailSession {
  /** Sends a mail, once: what is to be tried again is for the caller to decide. Never throws. */
  send(recipient: string, bytes: Buffer): Promise<SendResult>;
  /** Asks whether the server still answers; the session closes if it does not. */
  probe(): Promise<void>;
  /** Aborted when the session is closed, by whomever. */
  readonly closed: AbortSignal;
  close(): void;
}

/** Opens a session. @throws Error that says why it could not */
export type OpenSession = () => Promise<MailSession>;

type SmtpError = Error & {
  readonly code?: unknown;
  readonly command?: unknown;
  readonly response?: unknown;
  readonly responseCode?: unknown;
};

/** The server leaves, whatever it was asked. */
const LEAVING = 421;
/** It wants another login, or none it was given: nothing is wrong with the mail. */
const ABOUT_LOGIN = new Set([530, 534, 535, 538]);
/** The mail is too large. */
const TOO_LARGE = 552;

/** Time for the server to close its side, ms. */
const CLOSE_MS = 500;

/** Opens a connection to the mail server, with TLS and a login as the settings say. */
export async function openSmtpSession(settings: SmtpSettings): Promise<MailSession> {
  const { timeoutMs, security, login, ca } = settings;
  const connection = new SMTPConnection({
    host: settings.host,
    port: settings.port,
    secure: security === 'tls',
    ignoreTLS: security === 'none',
    requireTLS: security === 'starttls',
    ...(ca !== undefined && { tls: { ca } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketCloseTimeout: CLOSE_MS,
    allowInternalNetworkInterfaces: true,
    logger: false,
  });
  const closing = new AbortController();
  connection.once('end', () => closing.abort());
  // Every failure comes to a callback as well, or ends the connection.
  connection.on('error', () => undefined);
  const close = (): void => {
    connection.close();
    closing.abort();
  };
  try {
    await within(timeoutMs, connectAndLogIn(connection, login));
  } catch (error) {
    close();
    throw error;
  }

  return {
    send: (recipient, bytes) => send(connection, settings, { recipient, bytes }, close),
    async probe() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onEnd = () => reject(new Error('connection lost'));
      connection.once('end', onEnd);
      connection.reset((error) => (error ? reject(error) : resolve()));
      await within(timeoutMs, promise).catch(close);
      connection.off('end', onEnd);
    },
    closed: closing.signal,
    close() {
      if (!closing.signal.aborted) connection.quit();
      close();
    },
  };
}

async function connectAndLogIn(connection: SMTPConnection, login: SmtpSettings['login']): Promise<void> {
  const failed = once(connection, 'error').then(([error]) => {
    throw error;
  });
  failed.catch(() => undefined);
  const connected = new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  await Promise.race([connected, failed]);
  if (login === undefined) return;
  const loggedIn = new Promise<void>((resolve, reject) => {
    connection.login(login, (error) => (error ? reject(error) : resolve()));
  });
  await Promise.race([loggedIn, failed]);
}

/** Sends one mail; leaves the connection unless the server has answered to the mail itself. */
function send(
  connection: SMTPConnection,
  { from, timeoutMs }: SmtpSettings,
  { recipient, bytes }: { readonly recipient: string; readonly bytes: Buffer },
  close: () => void,
): Promise<SendResult> {
  return new Promise((resolve) => {
    let isHandedOver = false;
    // Read only when the server has asked for it: from then on it may have the mail.
    const message = new Readable({
      read() {
        isHandedOver = true;
        this.push(bytes);
        this.push(null);
      },
    });
    const end = (error: SmtpError | null): void => {
      clearTimeout(deadline);
      connection.off('error', end).off('end', onEnd);
      const result = error === null ? ({ kind: 'sent' } as const) : readError(error, isHandedOver);
      // After an answer to the mail itself the connection is ready for the next one.
      if (error !== null && error.code !== 'EMESSAGE') close();
      resolve(result);
    };
    const onEnd = (): void => end(new Error('connection lost'));
    const deadline = setTimeout(() => end(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    connection.once('error', end).once('end', onEnd);
    connection.send({ from, to: recipient, size: bytes.length }, message, end);
  });
}

/** Reads what an error means for the mail. */
function readError(error: SmtpError, isHandedOver: boolean): SendResult {
  const { code, command, response } = error;
  const isAnswer = code === 'EENVELOPE' || code === 'EMESSAGE';
  const reply = typeof error.responseCode === 'number' ? error.responseCode : undefined;
  const reason = typeof response === 'string' ? response : errorMessage(error);
  // Refused before the server was asked: no server would take it.
  if (isAnswer && reply === undefined) return { kind: 'refused', isPermanent: true, reason };
  if (!isAnswer || reply === undefined) return { kind: isHandedOver ? 'unknown' : 'returned', reason };
  // It leaves, and may have the mail nevertheless.
  if (isHandedOver && reply === LEAVING) return { kind: 'unknown', reason };
  const isPermanent = reply >= 500;
  const isAboutSender = command === 'MAIL FROM' && isPermanent && reply !== TOO_LARGE;
  if (!isHandedOver && (reply === LEAVING || ABOUT_LOGIN.has(reply) || isAboutSender))
    return { kind: 'returned', reason };
  return { kind: 'refused', isPermanent, reason };
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const deadline = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(deadline);
  }
}
