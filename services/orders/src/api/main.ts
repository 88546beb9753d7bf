import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createLogTail, createLogWriter } from '@caudal/common/messaging';
import { loadCatalogue } from '../catalogue/index.ts';
import { openDatabase } from '../database/open-database.ts';
import { parseApiConfig } from './config.ts';
import { startService } from './service.ts';
import { createSqlOrderStatuses } from './status/sql-order-statuses.ts';

runMain(async () => {
  const config = parseApiConfig(process.env);
  const logger = createLogger('orders-api', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();
  const catalogue = await loadCatalogue({ ...config.catalogue, onSkipped: (list) => logger.warn(list) });
  const [writer, tail] = await Promise.all([
    createLogWriter(config.log, { logger }),
    createLogTail(config.log, { logger }),
  ]);
  if (!writer || !tail) throw new Error(`${config.log.name} is not a log`);
  const database = openDatabase({ settings: config.database, schemas: ['orders', 'mails'], logger });
  const statuses = createSqlOrderStatuses(database, config.log.settings.topic);
  await startService({ config, catalogue, writer, tail, database, statuses, lifecycle, logger });
});
