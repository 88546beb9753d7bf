import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '@caudal/common/metrics';
import type { Felt } from '../../../src/chaos/chaos-workload.ts';
import { isFelt } from '../../../src/chaos/evidence.ts';
import { createEvidenceCollector } from '../../../src/chaos/evidence-collector.ts';
import type { FaultAction } from '../../../src/chaos/plan-faults.ts';
import { fromCumulative } from '../../../src/load/histogram.ts';
import type { Increases } from '../../../src/load/metrics-watch.ts';
import {
  breakableConnections,
  breakableServers,
  SERVICES,
  SIGNS,
} from '../../../src/workloads/messages/faults.ts';
import { readLanes } from '../../../src/workloads/messages/lanes.ts';
import { evidence } from '../../support/chaos-evidence.ts';
import { ADDRESSES } from '../../support/server-addresses.ts';

const DEFAULT = readLanes(undefined);
const FOUR = readLanes('rabbitmq-valkey,kafka-redis,kafka-valkey,rabbitmq-redis');

describe('what is broken', () => {
  it('is every broker and store of the lanes, each once', () => {
    const names = (lanes: typeof FOUR) => breakableServers(lanes).map(({ name }) => name);
    assert.deepEqual(names(DEFAULT), ['rabbitmq', 'kafka', 'valkey', 'redis']);
    assert.deepEqual(names(FOUR), ['rabbitmq', 'kafka', 'valkey', 'redis']);
    assert.deepEqual(names(readLanes('kafka-valkey')), ['kafka', 'valkey']);
  });

  it('is the connection of every lane to its store, which goes by the lane where several share the store', () => {
    const connections = (lanes: typeof FOUR) =>
      breakableConnections(lanes, ADDRESSES).map(({ name, url }) => [name, url]);
    assert.deepEqual(connections(DEFAULT), [
      ['valkey', ADDRESSES.valkey.url],
      ['redis', ADDRESSES.redis.url],
    ]);
    assert.deepEqual(connections(FOUR.slice(0, 3)), [
      ['rabbitmq-valkey', ADDRESSES.valkey.url],
      ['redis', ADDRESSES.redis.url],
      ['kafka-valkey', ADDRESSES.valkey.url],
    ]);
  });
});

describe('what shows that a fault was felt', () => {
  const server = (wanted: string): Felt => {
    const found = breakableServers(DEFAULT).find(({ name }) => name === wanted);
    assert.ok(found, wanted);
    return found.felt;
  };
  const connection = (wanted: string): Felt => {
    const found = breakableConnections(DEFAULT, ADDRESSES).find(({ name }) => name === wanted);
    assert.ok(found, wanted);
    return found.felt;
  };
  const service = (role: 'entry' | 'worker'): Felt => {
    const felt = SERVICES[role];
    assert.ok(felt, role);
    return felt;
  };
  const accepted = (felt: Felt, action: FaultAction): readonly string[] =>
    SIGNS.map(({ name }) => name).filter((name) => isFelt(felt(action), evidence({ [name]: 1 })));

  it('is never nothing', () => {
    const faults: readonly (readonly [Felt, FaultAction])[] = [
      ...(['kill', 'stop'] as const).flatMap((action) =>
        [
          ...['rabbitmq', 'kafka', 'valkey', 'redis'].map(server),
          ...(['entry', 'worker'] as const).map(service),
        ].map((felt) => [felt, action] as const),
      ),
      [connection('valkey'), 'swallow-replies'],
      [connection('redis'), 'reset'],
    ];
    assert.equal(faults.length, 14);
    for (const [felt, action] of faults) assert.equal(isFelt(felt(action), evidence({})), false, action);
  });

  it('is only what the fault makes', () => {
    assert.deepEqual(accepted(server('rabbitmq'), 'kill'), ['clientRetries']);
    assert.deepEqual(accepted(server('kafka'), 'kill'), ['clientRetries', 'late']);
    assert.deepEqual(accepted(service('entry'), 'kill'), ['clientRetries', 'requestsCutOff']);
    for (const broker of ['rabbitmq', 'kafka'])
      assert.deepEqual(accepted(server(broker), 'stop'), ['clientRetries', 'late']);
    assert.deepEqual(accepted(service('entry'), 'stop'), ['clientRetries']);
    for (const action of ['kill', 'stop'] as const) {
      assert.deepEqual(accepted(server('redis'), action), ['storeRetries', 'late']);
      assert.deepEqual(accepted(server('valkey'), action), ['storeRetries', 'late']);
      assert.deepEqual(accepted(service('worker'), action), ['redeliveries', 'late']);
    }
  });

  it('is for a lost reply that it was lost and made good', () => {
    const felt = connection('valkey');
    assert.equal(isFelt(felt('reset'), evidence({ repliesHeldBack: 1 })), false);
    assert.equal(isFelt(felt('reset'), evidence({ duplicates: 1 })), false);
    assert.equal(isFelt(felt('reset'), evidence({ repliesHeldBack: 1, duplicates: 1 })), true);
    assert.equal(
      isFelt(connection('redis')('swallow-replies'), evidence({ repliesHeldBack: 1, storeRetries: 1 })),
      true,
    );
  });
});

describe('the signs', () => {
  it('are read each from its own metric', async () => {
    const outside = { clientRetries: 7, requestsCutOff: 5, answersLate: 0, repliesHeldBack: 3 };
    const collector = createEvidenceCollector(SIGNS, () => Promise.resolve(outside));
    collector.add(
      increases(
        { [METRICS.redeliveries.name]: 1, [METRICS.duplicates.name]: 2, [METRICS.storeRetries.name]: 4 },
        [
          [0.4, 10],
          [0.5, 20],
          [0.75, 22],
          [5, 25],
          [Number.POSITIVE_INFINITY, 26],
        ],
      ),
    );
    collector.add(increases({ [METRICS.redeliveries.name]: 10 }, [[Number.POSITIVE_INFINITY, 1]]));
    // No sign of a lane is an answer that comes late.
    const { answersLate: _, ...shown } = outside;
    assert.deepEqual(await collector.total(), {
      ...shown,
      redeliveries: 11,
      duplicates: 2,
      storeRetries: 4,
      // Above half a second: 26 − 20 of the first sample, 1 of the second.
      late: 7,
    });
  });

  it('must each have shown in a run, but those of a slow answer', () => {
    assert.deepEqual(
      SIGNS.flatMap(({ summary }) => summary ?? []),
      ['requests sent again', 'messages redelivered', 'duplicates refused', 'store retries'],
    );
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
