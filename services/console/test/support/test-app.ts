import { createLogger } from '@caudal/common/logging';
import { type AppOptions, createApp } from '../../src/app.ts';

/** Creates the console's app without lanes, Prometheus, page and log, but for what a test is about. */
export function createTestApp(about: Partial<AppOptions> = {}): ReturnType<typeof createApp> {
  return createApp({
    readers: [],
    prometheusUrl: undefined,
    readTimeoutMs: 1_000,
    maxBodyBytes: 10_000,
    pageDirectory: '/nowhere',
    logger: createLogger('test', 'silent'),
    ...about,
  });
}
