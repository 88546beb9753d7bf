import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import type { MessageConsumer } from '@caudal/common/messaging';
import { createMemoryStore } from '@caudal/common/stores';
import { createConsumerApp } from '../src/app.ts';
import { recordingMetrics } from './fakes.ts';

const consumer: MessageConsumer = {
  broker: 'test',
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  isReady: () => true,
  inHand: () => 0,
  assignments: () => [],
};

for (const [title, reason, detail] of [
  ['that knows why', 'the password is wrong', 'the password is wrong'],
  ['that does not know why', undefined, 'not connected'],
] as const) {
  it(`says in the readiness probe what keeps a store away ${title}`, async () => {
    const store = { ...createMemoryStore(), unreadyReason: () => reason };
    const app = createConsumerApp({
      consumer,
      store,
      metrics: recordingMetrics(),
      logger: createLogger('test', 'silent'),
      maxMessages: 1,
      stopping: new AbortController().signal,
      onFatal: (error) => assert.fail(String(error)),
    });
    assert.deepEqual(app.checks(), { test: { ok: true }, memory: { ok: false, detail } });
    await app.start();
    assert.deepEqual(app.checks(), { test: { ok: true }, memory: { ok: true } });
  });
}
