import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRegistry } from '@caudal/common/metrics';
import { registerInHand } from '../src/metrics.ts';

describe('the gauge of what a consumer holds', () => {
  it('is asked for at every scrape', async () => {
    const registry = createRegistry();
    let held = 2_000;
    registerInHand(registry, 'rabbitmq-valkey', () => held);
    assert.match(await registry.metrics(), /^caudal_in_hand_messages\{lane="rabbitmq-valkey"\} 2000$/m);
    held = 0;
    assert.match(await registry.metrics(), /^caudal_in_hand_messages\{lane="rabbitmq-valkey"\} 0$/m);
  });
});
