import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import PostalMime from 'postal-mime';
import { type Mailbox, startMailbox } from '../../src/mailbox/app.ts';
import type { MailboxConfig } from '../../src/mailbox/config.ts';
import { turnDial } from '../../src/mailbox/dial-client.ts';

/** A mail in the file, read by the test alone. */
export interface FileMail {
  readonly at: number;
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly messageId: string;
}

/** A mailbox within this process, on a file of its own. */
export interface MailboxBed {
  readonly mailbox: Mailbox;
  readonly path: string;
  /** URL of its pages. */
  readonly url: string;
  /** What is in the file. */
  mails(): Promise<readonly FileMail[]>;
  dial(...setting: Parameters<typeof turnDial> extends [string, ...infer Rest] ? Rest : never): Promise<void>;
  /** Stops it, and starts it again on the same file and ports. */
  restart(during?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Starts a mailbox; the caller closes it. */
export async function startMailboxBed(
  config: Partial<Pick<MailboxConfig, 'login' | 'tls' | 'file'>> = {},
): Promise<MailboxBed> {
  const directory = await mkdtemp(join(tmpdir(), 'caudal-mailbox-'));
  const path = config.file?.path ?? join(directory, 'mails.jsonl');
  const start = (smtpPort: number, httpPort: number) =>
    startMailbox({
      config: {
        login: undefined,
        tls: undefined,
        ...config,
        file: { path, maxBytes: 2 ** 30, ...config.file },
        smtp: { host: '127.0.0.1', port: smtpPort },
        http: { host: '127.0.0.1', port: httpPort },
        hasDial: true,
      },
      registry: createRegistry(),
      logger: createLogger('test', 'silent'),
      onFatal: (error) => {
        throw error;
      },
    });
  let mailbox = await start(0, 0);
  const { smtpPort, httpPort } = mailbox;
  const url = `http://127.0.0.1:${httpPort}`;
  return {
    get mailbox() {
      return mailbox;
    },
    path,
    url,
    mails: () => readMails(path),
    dial: async (setting) => void (await turnDial(url, setting)),
    async restart(during) {
      await mailbox.close();
      await during?.();
      mailbox = await start(smtpPort, httpPort);
    },
    async close() {
      await mailbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Reads the mails of a file. */
export async function readMails(path: string): Promise<readonly FileMail[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  return Promise.all(
    lines.map(async (line) => {
      const mail = JSON.parse(line) as Omit<FileMail, 'messageId'>;
      const { messageId } = await PostalMime.parse(Buffer.from(mail.raw, 'base64'));
      return { ...mail, messageId: messageId ?? '' };
    }),
  );
}
