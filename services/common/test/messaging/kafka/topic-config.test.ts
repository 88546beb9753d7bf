import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { topicConfig } from '../../../src/messaging/kafka/topic-config.ts';

describe('the configuration of a topic', () => {
  it('flushes every batch where there is one copy', () => {
    assert.deepEqual(topicConfig({ replicationFactor: 1, minInsyncReplicas: 1 }), [
      { name: 'min.insync.replicas', value: '1' },
      { name: 'flush.messages', value: '1' },
    ]);
  });

  it('leaves flushing to Kafka where there are copies', () => {
    assert.deepEqual(topicConfig({ replicationFactor: 3, minInsyncReplicas: 2 }), [
      { name: 'min.insync.replicas', value: '2' },
    ]);
  });
});
