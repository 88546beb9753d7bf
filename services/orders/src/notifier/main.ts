import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createConsumer } from '@caudal/common/messaging';
import { createRegistry } from '@caudal/common/metrics';
import { openDatabase } from '../database/open-database.ts';
import { createNotifierApp } from './app.ts';
import { loadNotifierConfig } from './config.ts';
import { renderMail } from './render-mail.ts';
import { openSmtpSession } from './smtp-session.ts';
import { createSqlMailBook } from './sql-mail-book.ts';

runMain(async () => {
  const config = loadNotifierConfig(process.env);
  const logger = createLogger('orders-notifier', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();

  const registry = createRegistry();
  const database = openDatabase({ settings: config.database, schemas: ['mails'], logger });
  const { leaseMs } = config.lease;
  const app = createNotifierApp({
    ...config,
    consumer: await createConsumer(config.topic, { logger }),
    topic: config.topic.settings.topic,
    database,
    book: createSqlMailBook(database, { ...config, leaseMs }),
    open: () => openSmtpSession(config.smtp),
    render: (mail) => renderMail(mail, config.mail),
    registry,
    logger,
    stopping: lifecycle.stopping,
    onFatal: (error) => lifecycle.fail(error),
  });
  const checks = () => app.checks();
  const operations = createOperationsServer({ registry, checks, stopping: lifecycle.stopping });
  lifecycle.onStop('notifier', () => app.stop());
  lifecycle.onStop('database', () => database.close());
  lifecycle.onStop('operations server', () => operations.close());
  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  await app.start();
  logger.info({ operationsPort }, 'listening');
});
