import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '@caudal/common/metrics';
import { describeEvidence, EVIDENCE_NAMES, type Evidence, hasBitten } from '../../src/chaos/evidence.ts';
import { createEvidenceCollector, evidenceSince } from '../../src/chaos/evidence-collector.ts';
import type { FaultAction } from '../../src/chaos/plan-faults.ts';
import { fromCumulative } from '../../src/load/histogram.ts';
import type { Increases } from '../../src/load/metrics-watch.ts';
import { evidence } from '../support/chaos-evidence.ts';

describe('hasBitten', () => {
  const SERVICES = ['ingest-api-1', 'ingest-api-2', 'rabbitmq-consumer-1', 'kafka-consumer-2'];
  const SERVERS = ['rabbitmq', 'kafka', 'valkey', 'redis'];
  const FAULTS: readonly (readonly [FaultAction, string])[] = [
    ...(['kill', 'stop'] as const).flatMap((action) =>
      [...SERVICES, ...SERVERS].map((target) => [action, target] as const),
    ),
    ['swallow-replies', 'valkey'],
    ['reset', 'redis'],
  ];

  it('is false for every fault of which nothing was seen', () => {
    for (const [action, target] of FAULTS)
      assert.equal(hasBitten(action, target, evidence({})), false, `${action} ${target}`);
  });

  it('takes only the evidence that the fault makes', () => {
    const accepted = (action: FaultAction, target: string): readonly string[] =>
      EVIDENCE_NAMES.filter((name) => hasBitten(action, target, evidence({ [name]: 1 })));
    assert.deepEqual(accepted('kill', 'rabbitmq'), ['clientRetries']);
    assert.deepEqual(accepted('kill', 'kafka'), ['clientRetries', 'late']);
    assert.deepEqual(accepted('kill', 'ingest-api-2'), ['clientRetries', 'requestsCutOff']);
    for (const broker of ['rabbitmq', 'kafka'])
      assert.deepEqual(accepted('stop', broker), ['clientRetries', 'late']);
    assert.deepEqual(accepted('stop', 'ingest-api-1'), ['clientRetries']);
    for (const action of ['kill', 'stop'] as const)
      assert.deepEqual(accepted(action, 'redis'), ['storeRetries', 'late']);
    assert.deepEqual(accepted('kill', 'rabbitmq-consumer-2'), ['redeliveries', 'late']);
    assert.deepEqual(accepted('stop', 'kafka-consumer-1'), ['redeliveries', 'late']);
  });

  it('wants a lost reply both lost and made good', () => {
    assert.equal(hasBitten('reset', 'valkey', evidence({ repliesHeldBack: 1 })), false);
    assert.equal(hasBitten('reset', 'valkey', evidence({ duplicates: 1 })), false);
    assert.equal(hasBitten('reset', 'valkey', evidence({ repliesHeldBack: 1, duplicates: 1 })), true);
    assert.equal(
      hasBitten('swallow-replies', 'redis', evidence({ repliesHeldBack: 1, storeRetries: 1 })),
      true,
    );
  });
});

describe('evidence', () => {
  it('is what came on top', () => {
    const since = evidenceSince(evidence({ late: 2 }), evidence({ late: 5, duplicates: 1 }));
    assert.equal(describeEvidence(since), 'duplicates refused 1, late 3');
    assert.equal(describeEvidence(evidence({})), 'no effect');
  });

  it('is added up from the samples, each metric under its own name', async () => {
    const outside = { clientRetries: 7, requestsCutOff: 5, repliesHeldBack: 3 };
    const collector = createEvidenceCollector(() => Promise.resolve(outside));
    const sampled = collector.nextSample();
    collector.add(
      increases(
        { [METRICS.redeliveries.name]: 1, [METRICS.duplicates.name]: 2, [METRICS.storeRetries.name]: 4 },
        [
          [0.5, 10],
          [1, 20],
          [5, 25],
          [Number.POSITIVE_INFINITY, 26],
        ],
      ),
    );
    await sampled;
    collector.add(increases({ [METRICS.redeliveries.name]: 10 }, [[Number.POSITIVE_INFINITY, 1]]));
    const total: Evidence = await collector.total();
    assert.deepEqual(total, {
      ...outside,
      redeliveries: 11,
      duplicates: 2,
      storeRetries: 4,
      // Above one second: 26 − 20 of the first sample, 1 of the second.
      late: 7,
    });
  });
});

function increases(
  counters: Readonly<Record<string, number>>,
  cumulative: readonly (readonly [number, number])[],
): Increases {
  return {
    counter: (name) => counters[name] ?? 0,
    buckets: (name) =>
      name === METRICS.endToEndSeconds.name ? fromCumulative(new Map(cumulative)) : new Map(),
  };
}
