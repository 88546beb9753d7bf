import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRegistry } from '@caudal/common/metrics';
import type { BrokerCommit } from '../src/messages/publish-to-all.ts';
import { createIngestMetrics } from '../src/metrics.ts';

const MESSAGE = { description: 'd', country: 'ES', weather: 'sunny' };

const commit = (broker: BrokerCommit['broker'], pending: number, isUp: boolean): BrokerCommit => ({
  broker,
  publish: () => Promise.resolve(),
  pending: () => pending,
  isReady: () => isUp,
  maxBodyBytes: () => Number.POSITIVE_INFINITY,
});

describe('the metrics of ingest', () => {
  it('say what was counted, in the words of the contract', async () => {
    const registry = createRegistry();
    const metrics = createIngestMetrics(registry, [commit('rabbitmq', 7, true), commit('kafka', 0, false)]);
    metrics.accepted([MESSAGE, MESSAGE, { ...MESSAGE, country: 'FR' }]);
    metrics.refused(['ZZ', 'ES']);
    metrics.unconfirmed([MESSAGE]);
    metrics.answered('/messages', 202);
    metrics.answered('other', 404);
    metrics.postTook(0.25);
    metrics.publishTook('kafka', 0.004);
    const series = (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('caudal_') && !line.includes('_bucket'));
    assert.deepEqual(series.toSorted(), [
      'caudal_broker_up{broker="kafka"} 0',
      'caudal_broker_up{broker="rabbitmq"} 1',
      'caudal_ingest_messages_total{country="ES",outcome="accepted"} 2',
      'caudal_ingest_messages_total{country="ES",outcome="refused"} 1',
      'caudal_ingest_messages_total{country="ES",outcome="unconfirmed"} 1',
      'caudal_ingest_messages_total{country="FR",outcome="accepted"} 1',
      'caudal_ingest_messages_total{country="ZZ",outcome="refused"} 1',
      'caudal_ingest_pending_messages{broker="kafka"} 0',
      'caudal_ingest_pending_messages{broker="rabbitmq"} 7',
      'caudal_ingest_request_seconds_count 1',
      'caudal_ingest_request_seconds_sum 0.25',
      'caudal_ingest_requests_total{route="/messages",status="202"} 1',
      'caudal_ingest_requests_total{route="other",status="404"} 1',
      'caudal_publish_seconds_count{broker="kafka"} 1',
      'caudal_publish_seconds_sum{broker="kafka"} 0.004',
    ]);
  });
});
