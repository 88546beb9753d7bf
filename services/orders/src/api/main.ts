import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { loadCatalogue } from '../catalogue/index.ts';
import { openDatabase } from '../database/open-database.ts';
import { createTopicTail, createTopicWriter } from '../database/order-topics.ts';
import { parseApiConfig } from './config.ts';
import { startService } from './service.ts';
import { createSqlOrderStatuses } from './status/sql-order-statuses.ts';

runMain(async () => {
  const config = parseApiConfig(process.env);
  const logger = createLogger('orders-api', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();
  const catalogue = await loadCatalogue({ ...config.catalogue, onSkipped: (list) => logger.warn(list) });
  const writer = await createTopicWriter(config.log, { logger });
  const tail = await createTopicTail(config.log, { logger });
  const database = openDatabase({ settings: config.database, schemas: ['orders', 'mails'], logger });
  const statuses = createSqlOrderStatuses(database, config.log.settings.topic);
  await startService({ config, catalogue, writer, tail, database, statuses, lifecycle, logger });
});
