import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { counter, createRegistry, gauge, METRICS, type MetricDefinition } from '../../src/metrics/index.ts';

describe('the metrics contract', () => {
  const definitions: readonly MetricDefinition[] = Object.values(METRICS);

  it('has unique metric names that end with a unit, a state or `total`', () => {
    assert.equal(new Set(definitions.map(({ name }) => name)).size, definitions.length);
    for (const { name, help } of definitions) {
      assert.match(
        name,
        /^caudal(_[a-z]+)*_(total|info|seconds|messages|up|paused|consumers|clients|sources|orders|mails|records|in|version)$/,
      );
      assert.ok(help.length > 10, name);
    }
  });

  it('uses only labels whose values are bounded', () => {
    const bounded = [
      'lane',
      'partition',
      'country',
      'outcome',
      'broker',
      'route',
      'status',
      'state',
      'topic',
      'service',
      'kind',
      'server',
      'reason',
    ];
    for (const { name, labels } of definitions) {
      for (const label of labels) assert.ok(bounded.includes(label), `${name}: ${label}`);
    }
  });

  it('registers metrics under the names of the contract', async () => {
    const registry = createRegistry();
    counter(registry, METRICS.duplicates).labels('rabbitmq-valkey').inc(2);
    gauge(registry, METRICS.assignedSources, (self) => self.set({ lane: 'kafka-redis' }, 12));
    const text = await registry.metrics();
    assert.match(text, /caudal_duplicates_total\{lane="rabbitmq-valkey"\} 2/);
    assert.match(text, /caudal_assigned_sources\{lane="kafka-redis"\} 12/);
  });
});
