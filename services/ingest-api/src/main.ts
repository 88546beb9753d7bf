import { kafkaSettings, rabbitmqSettings } from '@caudal/common/config';
import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createPublisher } from '@caudal/common/messaging';
import { parseIngestConfig } from './config.ts';
import { startService } from './service.ts';

const SERVICE = 'ingest-api';

runMain(async () => {
  const config = parseIngestConfig(process.env);
  const logger = createLogger(SERVICE, config.LOG_LEVEL);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.DRAIN_TIMEOUT_MS });
  lifecycle.handleSignals();
  const publishers = await Promise.all([
    createPublisher({ name: 'rabbitmq', settings: rabbitmqSettings(config, SERVICE) }, { logger }),
    createPublisher({ name: 'kafka', settings: kafkaSettings(config, SERVICE) }, { logger }),
  ]);
  await startService({ config, publishers, lifecycle, logger });
});
