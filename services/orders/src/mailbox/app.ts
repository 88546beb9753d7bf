import { createHttpServer } from '@caudal/common/http';
import type { ReadinessCheck } from '@caudal/common/lifecycle';
import type { Logger } from '@caudal/common/logging';
import { counter, METRICS, type Registry } from '@caudal/common/metrics';
import type { MailboxConfig } from './config.ts';
import { Dial } from './dial.ts';
import { createMailboxListener } from './http.ts';
import { MailFile } from './mail-file.ts';
import { createSmtpServer } from './smtp.ts';

/** Time for answers in progress when it closes, ms. */
const HTTP_DEADLINE_MS = 2_000;

/** A running mailbox. */
export interface Mailbox {
  readonly smtpPort: number;
  readonly httpPort: number;
  checks(): Readonly<Record<string, ReadinessCheck>>;
  /** Stops taking mails, lets those in progress end, and closes the file. */
  close(): Promise<void>;
}

/** Opens the file and starts both servers. @throws what the file or a port refuses */
export async function startMailbox(options: {
  readonly config: Pick<MailboxConfig, 'file' | 'smtp' | 'http' | 'login' | 'tls' | 'hasDial'>;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Called when it is unknown what is on disk: the process should exit and be started again. */
  readonly onFatal: (error: unknown) => void;
}): Promise<Mailbox> {
  const { config, registry, logger, onFatal } = options;
  const received = counter(registry, METRICS.mailboxMails);
  received.inc(0);
  const file = await MailFile.open({ ...config.file, onFatal });
  const dial = new Dial();
  const smtp = createSmtpServer({
    login: config.login,
    tls: config.tls,
    dial,
    async store(mail) {
      const entry = await file.append(mail);
      received.inc();
      return entry;
    },
    logger,
  });
  const http = createHttpServer(createMailboxListener({ file, dial, hasDial: config.hasDial, logger }));
  const smtpPort = await smtp.listen(config.smtp.host, config.smtp.port);
  const httpPort = await http.listen(config.http.host, config.http.port);
  let isOpen = true;
  return {
    smtpPort,
    httpPort,
    checks: () => ({ mailbox: isOpen ? { ok: true } : { ok: false, detail: 'closed' } }),
    async close() {
      isOpen = false;
      await smtp.close();
      await http.close({ deadlineMs: HTTP_DEADLINE_MS });
      await file.close();
    },
  };
}
