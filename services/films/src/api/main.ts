import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { createFilmReader } from '../replicas/create-film-reader.ts';
import { parseApiConfig } from './config.ts';
import { startService } from './service.ts';

runMain(async () => {
  const config = parseApiConfig(process.env);
  const logger = createLogger('films-api', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();
  const registry = createRegistry();
  const reader = createFilmReader(config.reader, { logger, registry });
  await startService({ config, reader, registry, lifecycle, logger });
});
