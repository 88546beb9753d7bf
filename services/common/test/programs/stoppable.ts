import { createServer } from 'node:net';
import { Lifecycle } from '../../src/lifecycle/index.ts';
import { createLogger } from '../../src/logging.ts';

/**
 * A service whose only stop step ends when its parent sends `release`; `reject` and `throw` make it fail. Like every service,
 * it lives as long as it listens.
 */
const lifecycle = new Lifecycle({ logger: createLogger('stoppable', 'info'), drainTimeoutMs: 60_000 });
lifecycle.handleSignals();
const released = Promise.withResolvers<void>();
lifecycle.onStop('held', () => released.promise);

process.on('message', (message) => {
  if (message === 'release') released.resolve();
  if (message === 'reject') void Promise.reject(new Error('uncaught'));
  if (message === 'throw') {
    setImmediate(() => {
      throw new Error('uncaught as well');
    });
  }
});
createServer().listen(0, '127.0.0.1', () => process.send?.('ready'));
