import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createPublisher } from '@caudal/common/messaging';
import { parseIngestConfig } from './config.ts';
import { startService } from './service.ts';

runMain(async () => {
  const config = parseIngestConfig(process.env);
  const logger = createLogger('ingest-api', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();
  const publishers = await Promise.all(config.brokers.map((broker) => createPublisher(broker, { logger })));
  await startService({ config, publishers, lifecycle, logger });
});
