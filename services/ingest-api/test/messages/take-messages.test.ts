import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { createApiKeys, createByteBudget, createKeyMemory, ProblemError } from '@caudal/common/http';
import { createIdentitySource } from '@caudal/common/message';
import { createRegistry } from '@caudal/common/metrics';
import { PROBLEMS } from '../../src/http/problems.ts';
import { createPublishToAll } from '../../src/messages/publish-to-all.ts';
import { createTakeMessages } from '../../src/messages/take-messages.ts';
import { createIngestMetrics } from '../../src/metrics.ts';
import { MESSAGE, runService } from '../support/run-service.ts';

describe('taking messages in', () => {
  it('is refused before anything of the request is looked at while the process is late', async () => {
    const late = new ProblemError(PROBLEMS.overloaded, 'late', { retryAfterSeconds: 1 });
    const takeMessages = createTakeMessages({
      apiKeys: createApiKeys([]),
      loadShedder: {
        assertCalm: () => {
          throw late;
        },
        close: () => undefined,
      },
      byteBudget: createByteBudget(1),
      maxBodyBytes: 1,
      identities: createIdentitySource(),
      keyMemory: createKeyMemory({ maxKeys: 1, refusal: 'used' }),
      publishToAll: createPublishToAll([], { publishTimeoutMs: 1, maxPendingMessages: 1 }),
      metrics: createIngestMetrics(createRegistry(), []),
    });
    const untouchable = new Proxy({} as IncomingMessage, {
      get: () => assert.fail('it looked at the request'),
    });
    await assert.rejects(takeMessages(untouchable), late);
  });

  it('is refused with 503 while the bodies of other requests fill the memory set aside for them', async () => {
    const service = await runService({ MAX_BUFFERED_BYTES: String(2 ** 20), PUBLISH_TIMEOUT_MS: '60000' });
    try {
      service.kafka.hold();
      const large = Array.from({ length: 500 }, () => ({ ...MESSAGE, description: 'x'.repeat(1_800) }));
      const held = service.post(large);
      while (service.rabbitmq.bodies.length < 500) await new Promise(setImmediate);
      const refused = await service.post(large);
      assert.equal(refused.status, 503);
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.match(await refused.text(), /overloaded/);
      assert.equal(service.rabbitmq.bodies.length, 500);
      await service.kafka.release();
      assert.equal((await held).status, 202);
      assert.equal((await service.post(large)).status, 202);
    } finally {
      await service.stop();
    }
  });
});
