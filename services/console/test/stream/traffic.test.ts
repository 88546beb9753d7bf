import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { TrafficReader } from '../../src/stream/traffic.ts';
import { FakePrometheus } from '../support/fake-prometheus.ts';

const ingest = (instance: string, country: string, value: number, outcome = 'accepted') => ({
  labels: { instance, country, outcome },
  value,
});
const scraped = (seconds: number) => ['min(timestamp(', [{ labels: {}, value: seconds }]] as const;

describe('the traffic in Prometheus', () => {
  let prometheus: FakePrometheus;
  let reader: TrafficReader;
  beforeEach(() => {
    prometheus = new FakePrometheus();
    reader = new TrafficReader(prometheus);
  });

  it('sums what every process accepted, those that have ended included', async () => {
    prometheus.answers = [
      ['max_over_time', [ingest('gone', 'ES', 100), ingest('gone', 'FR', 1, 'unconfirmed')]],
      scraped(1_000),
      ['caudal_ingest_messages_total', [ingest('a', 'ES', 5), ingest('b', 'ES', 7), ingest('b', 'FR', 2)]],
    ];
    const { accepted } = await reader.read();
    assert.deepEqual(accepted, {
      kind: 'known',
      byCountry: { ES: 112, FR: 2 },
      unconfirmed: { FR: 1 },
      asOf: 1_000_000,
      endedProcesses: 1,
    });
  });

  it('looks through days only when a process has ended', async () => {
    prometheus.answers = [
      scraped(1),
      ['caudal_ingest_messages_total', [ingest('a', 'ES', 5), ingest('b', 'ES', 7)]],
    ];
    const looks = () => prometheus.asked.filter((text) => text.includes('max_over_time')).length;
    await reader.read();
    await reader.read();
    assert.equal(looks(), 1);
    prometheus.answers = [
      ['max_over_time', [ingest('b', 'ES', 7)]],
      scraped(2),
      ['caudal_ingest_messages_total', [ingest('a', 'ES', 6)]],
    ];
    const { accepted } = await reader.read();
    assert.equal(looks(), 2);
    assert.deepEqual(accepted.kind === 'known' && [accepted.byCountry, accepted.endedProcesses], [
      { ES: 13 },
      1,
    ]);
  });

  it('derives the rate from two scrapes', async () => {
    const counted = (value: number) => ['caudal_ingest_messages_total', [ingest('a', 'ES', value)]] as const;
    prometheus.answers = [['max_over_time', []], scraped(10), counted(100)];
    assert.equal((await reader.read()).ingestPerSecond, undefined);
    prometheus.answers = [['max_over_time', []], scraped(12), counted(500)];
    assert.equal((await reader.read()).ingestPerSecond, 200);
  });

  it('does not take a Prometheus without ingest for nothing accepted', async () => {
    const { accepted } = await reader.read();
    assert.deepEqual(accepted, { kind: 'unreadable', reason: 'Prometheus scrapes no ingest process' });
  });

  it('asks for the series of its own deployment alone', async () => {
    prometheus.scope = 'namespace="a", release="b"';
    prometheus.answers = [scraped(1)];
    await reader.read();
    assert.ok(prometheus.asked.length >= 8);
    for (const expression of prometheus.asked) {
      const selectors = [...expression.matchAll(/\{[^}]*\}/g)];
      assert.ok(selectors.length > 0, expression);
      for (const [selector] of selectors) assert.match(selector, /namespace="a", release="b"\}$/);
      // Every metric has a selector.
      assert.doesNotMatch(expression, /caudal_\w+[^\w{|"]/, expression);
    }
  });

  it('says why it cannot read', async () => {
    prometheus.error = 'connect ECONNREFUSED';
    const { accepted, consumers } = await reader.read();
    assert.deepEqual(accepted, {
      kind: 'unreadable',
      reason: 'Prometheus is unavailable: connect ECONNREFUSED',
    });
    assert.deepEqual(consumers, []);
  });

  it('reads quantiles by lane, and none where nothing was observed', async () => {
    const quantile = (lane: string, q: string, value: number) => ({ labels: { lane, q }, value });
    prometheus.answers = [
      scraped(1),
      [
        'sum by (le, lane) (rate(caudal_end_to_end_seconds_bucket{}',
        [
          quantile('kafka-redis', '0.5', 0.01),
          quantile('kafka-redis', '0.95', 0.02),
          quantile('kafka-redis', '0.99', 0.03),
          quantile('idle', '0.5', Number.NaN),
        ],
      ],
    ];
    const { laneSeconds } = await reader.read();
    assert.deepEqual([...laneSeconds], [['kafka-redis', { p50: 0.01, p95: 0.02, p99: 0.03 }]]);
  });

  it('describes every consumer by what it exports', async () => {
    const of = (pod: string, name: string, value: number, more: Record<string, string> = {}) => ({
      labels: { __name__: name, lane: 'kafka-redis', pod, instance: `${pod}:9090`, ...more },
      value,
    });
    const who = (pod: string, value: number) => ({
      labels: { lane: 'kafka-redis', pod, instance: `${pod}:9090` },
      value,
    });
    prometheus.answers = [
      scraped(1),
      [
        '__name__',
        [
          of('c-10', 'caudal_assigned_sources', 0),
          of('c-2', 'caudal_assigned_sources', 2),
          of('c-2', 'caudal_in_hand_messages', 31),
          of('c-2', 'caudal_lane_paused', 1),
          of('c-2', 'caudal_assigned_partition_info', 1, { partition: '11' }),
          of('c-2', 'caudal_assigned_partition_info', 1, { partition: '4' }),
        ],
      ],
      ['sum by (lane, pod, instance) (rate', [who('c-2', 92.5)]],
      [
        'histogram_quantile(0.95, sum by (le, lane, pod, instance)',
        [who('c-2', 0.028), who('c-10', Number.NaN)],
      ],
    ];
    const { consumers } = await reader.read();
    assert.deepEqual(consumers, [
      {
        lane: 'kafka-redis',
        name: 'c-2',
        state: 'paused',
        sources: 2,
        partitions: [4, 11],
        inHand: 31,
        perSecond: 92.5,
        p95Seconds: 0.028,
      },
      { lane: 'kafka-redis', name: 'c-10', state: 'unknown', sources: 0 },
    ]);
  });
});
