import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { openDatabase } from '@caudal/orders/database/open-database';
import { createNotifierApp, type NotifierOptions } from '@caudal/orders/notifier/app';
import { loadNotifierConfig } from '@caudal/orders/notifier/config';
import type { MailBook } from '@caudal/orders/notifier/mail-book';
import { renderMail } from '@caudal/orders/notifier/render-mail';
import { openSmtpSession } from '@caudal/orders/notifier/smtp-session';
import { createSqlMailBook } from '@caudal/orders/notifier/sql-mail-book';

/** What a mutant does differently. */
export interface Mutation {
  render?(render: NotifierOptions['render']): NotifierOptions['render'];
  book?(book: MailBook): MailBook;
}

/** Runs the notifier's own program with one of its parts broken on purpose. */
export function runNotifier({ render = (right) => right, book = (right) => right }: Mutation): void {
  runMain(async () => {
    const config = loadNotifierConfig(process.env);
    const logger = createLogger('orders-notifier-mutant', config.logLevel);
    const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
    const { stopping } = lifecycle;
    lifecycle.handleSignals();
    const registry = createRegistry();
    const database = openDatabase({ settings: config.database, schemas: ['mails'], logger });
    const { leaseMs } = config.lease;
    const app = createNotifierApp({
      ...config,
      consumer: await createConsumer(config.topic, { logger }),
      topic: config.topic.settings.topic,
      database,
      book: book(createSqlMailBook(database, { ...config, leaseMs })),
      open: () => openSmtpSession(config.smtp),
      render: render((mail) => renderMail(mail, config.mail)),
      registry,
      logger,
      stopping,
      onFatal: (error) => lifecycle.fail(error),
    });
    const operations = createOperationsServer({ registry, checks: () => app.checks(), stopping });
    lifecycle.onStop('notifier', () => app.stop());
    lifecycle.onStop('database', () => database.close());
    lifecycle.onStop('operations server', () => operations.close());
    await operations.listen(config.operations.host, config.operations.port);
    await app.start();
  });
}
