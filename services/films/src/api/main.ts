import { Lifecycle, runMain } from '@caudal/common/lifecycle';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { parseApiConfig } from './config.ts';
import { createOneServer } from './one-server.ts';
import { startService } from './service.ts';

runMain(async () => {
  const config = parseApiConfig(process.env);
  const logger = createLogger('films-api', config.logLevel);
  const lifecycle = new Lifecycle({ logger, drainTimeoutMs: config.drainTimeoutMs });
  lifecycle.handleSignals();
  const registry = createRegistry();
  const [primary] = config.servers;
  if (primary === undefined) throw new TypeError('there is no primary');
  const reader = createOneServer(primary.settings, logger);
  await startService({ config, reader, registry, lifecycle, logger });
});
