import { createOperationsServer, Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { startMailbox } from './app.ts';
import { loadMailboxConfig } from './config.ts';

runMain(async () => {
  const config = loadMailboxConfig(process.env);
  const logger = createLogger('orders-mailbox', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();

  const registry = createRegistry();
  const mailbox = await startMailbox({
    config,
    registry,
    logger,
    onFatal: (error) => lifecycle.fail(error),
  });
  const operations = createOperationsServer({
    registry,
    checks: () => mailbox.checks(),
    stopping: lifecycle.stopping,
  });
  lifecycle.onStop('mailbox', () => mailbox.close());
  lifecycle.onStop('operations server', () => operations.close());

  const operationsPort = await operations.listen(config.operations.host, config.operations.port);
  logger.info({ port: mailbox.httpPort, smtpPort: mailbox.smtpPort, operationsPort }, 'listening');
});
