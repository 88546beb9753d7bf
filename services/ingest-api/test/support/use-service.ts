import { after, afterEach, before } from 'node:test';
import { type RunningService, runService } from './run-service.ts';

/** A service for the tests of a suite, with small limits and brokers that are well again after each test. */
export function useService(): () => RunningService {
  let service: RunningService;
  before(async () => {
    service = await runService({ MAX_BODY_BYTES: '2048', PUBLISH_TIMEOUT_MS: '1000' });
  });
  afterEach(async () => {
    for (const broker of [service.rabbitmq, service.kafka]) {
      broker.isUp = true;
      broker.failure = undefined;
      broker.maxBytes = Number.POSITIVE_INFINITY;
      await broker.release();
      broker.bodies.length = 0;
    }
  });
  after(() => service.stop());
  return () => service;
}

/** Whether neither broker got a message. */
export function hasPublishedNothing({ rabbitmq, kafka }: RunningService): boolean {
  return rabbitmq.bodies.length === 0 && kafka.bodies.length === 0;
}
