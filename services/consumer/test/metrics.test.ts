import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { createMemoryStore } from '@caudal/common/stores';
import { createLaneMetrics } from '../src/metrics.ts';
import { StoreWriter } from '../src/store-writer.ts';
import { envelope } from './fakes.ts';

function laneMetrics(assignedSources = () => 0, countries?: readonly string[]) {
  const registry = createRegistry();
  const metrics = createLaneMetrics(registry, { name: 'kafka-redis', countries }, assignedSources);
  /** The exported samples of Caudal by name and labels, without histogram buckets and the lane. */
  const samples = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const line of (await registry.metrics()).split('\n')) {
      const match = /^(caudal_\w+)\{([^}]*)\} (\S+)$/.exec(line);
      if (match === null || match[1]?.endsWith('_bucket')) continue;
      const labels = String(match[2]).split(',');
      assert.ok(labels.includes('lane="kafka-redis"'), line);
      const others = labels.filter((label) => label !== 'lane="kafka-redis"').join(',');
      found[others === '' ? String(match[1]) : `${match[1]} ${others}`] = Number(match[3]);
    }
    return found;
  };
  return { registry, metrics, samples };
}

const zeros = {
  caudal_assigned_sources: 0,
  caudal_dead_letters_total: 0,
  caudal_deleted_unstored_messages_total: 0,
  caudal_duplicates_total: 0,
  caudal_lane_paused: 0,
  caudal_log_restarts_total: 0,
  caudal_redeliveries_total: 0,
  caudal_store_retries_total: 0,
};

describe('the metrics of a lane', () => {
  it('have every counter and gauge before anything happened', async () => {
    assert.deepEqual(await laneMetrics().samples(), zeros);
  });

  it('each count what their name says, and nothing else', async () => {
    let assigned = 3;
    const { metrics, samples } = laneMetrics(() => assigned);
    metrics.redelivered(2);
    assert.deepEqual(await samples(), { ...zeros, caudal_assigned_sources: 3, caudal_redeliveries_total: 2 });
    assigned = 0;
    metrics.parked(5);
    metrics.storeRetry();
    metrics.logEvent({ kind: 'restarted', source: 'message:0' });
    metrics.logEvent({ kind: 'deleted', source: 'message:0', messages: 11 });
    metrics.latency(1.5);
    metrics.latency(2);
    const storedByCountry = new Map([
      ['ES', 30],
      ['FR', 4],
    ]);
    metrics.applied({ kind: 'applied', stored: 34, duplicates: 7, storedByCountry }, 41, 0.25);
    assert.deepEqual(await samples(), {
      ...zeros,
      caudal_batch_messages_count: 1,
      caudal_batch_messages_sum: 41,
      caudal_dead_letters_total: 5,
      caudal_deleted_unstored_messages_total: 11,
      caudal_duplicates_total: 7,
      caudal_end_to_end_seconds_count: 2,
      caudal_end_to_end_seconds_sum: 3.5,
      caudal_log_restarts_total: 1,
      caudal_redeliveries_total: 2,
      caudal_store_retries_total: 1,
      caudal_store_seconds_count: 1,
      caudal_store_seconds_sum: 0.25,
      'caudal_stored_messages_total country="ES"': 30,
      'caudal_stored_messages_total country="FR"': 4,
    });
  });

  it('count what a lane skips, from 0, only where it takes some countries', async () => {
    const { metrics, samples } = laneMetrics(() => 0, ['ES']);
    assert.deepEqual(await samples(), { ...zeros, caudal_skipped_messages_total: 0 });
    metrics.skipped(3);
    assert.deepEqual(await samples(), { ...zeros, caudal_skipped_messages_total: 3 });
  });

  it('say 1 while the lane is paused', async () => {
    const { metrics, samples } = laneMetrics();
    metrics.paused(true);
    assert.equal((await samples()).caudal_lane_paused, 1);
    metrics.paused(false);
    assert.equal((await samples()).caudal_lane_paused, 0);
  });

  it('have times in seconds when the writer measures them', async (context: TestContext) => {
    const { metrics, samples } = laneMetrics();
    const inner = createMemoryStore();
    context.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    let elapsedMs = 0;
    context.mock.method(performance, 'now', () => 5_000 + elapsedMs);
    const writer = new StoreWriter({
      store: {
        ...inner,
        apply: (batch) => {
          elapsedMs = 250;
          context.mock.timers.setTime(1_002_500);
          return inner.apply(batch);
        },
      },
      metrics,
      logger: createLogger('test', 'silent'),
      maxMessages: 1_000,
      stopping: new AbortController().signal,
    });
    const envelopes = [
      { ...envelope(0), acceptedAt: 1_000_000 },
      // A clock of another node may be ahead.
      { ...envelope(1), acceptedAt: 1_009_000 },
    ];
    await writer.write({ envelopes, keepAlive: () => Promise.resolve() });
    const found = await samples();
    assert.deepEqual([found.caudal_end_to_end_seconds_count, found.caudal_end_to_end_seconds_sum], [2, 2.5]);
    assert.deepEqual([found.caudal_store_seconds_count, found.caudal_store_seconds_sum], [1, 0.25]);
  });
});
