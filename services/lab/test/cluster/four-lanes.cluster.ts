import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { defaultLanes, describeLane } from '@caudal/common/lanes';
import { parse } from 'yaml';
import { CHART } from '../../src/cluster/helm.ts';
import { consoleOf } from '../../src/workloads/messages/load/console-client.ts';
import { assertExact, assertFelt, deletePod, scale, untilRolledOut, useRelease } from './support/index.ts';
import { killContainer } from './support/kill-container.ts';
import { patientLoad } from './support/patient-load.ts';

/** The chart's own example: two lanes more, by values alone. */
const EXAMPLE = parse(readFileSync(join(CHART, 'examples', 'four-lanes.yaml'), 'utf8')) as {
  readonly lanes: Readonly<
    Record<string, { readonly broker: 'rabbitmq' | 'kafka'; readonly store: 'valkey' | 'redis' }>
  >;
};
const ADDED = Object.entries(EXAMPLE.lanes).map(([name, entry]) => describeLane({ name, ...entry }));
const LANES = [...defaultLanes(), ...ADDED];

const { variables: PATIENT, endedEarly: ENDED_EARLY } = patientLoad();

const release = useRelease({
  namespace: 'four-lanes-test',
  preset: 'minimal',
  values: { ...EXAMPLE, networkPolicy: { enabled: true } },
});

describe('four lanes of two brokers and two stores, by values alone', () => {
  it('are four, each with its broker and its store', async () => {
    const lanes = await consoleOf(release().release).lanes();
    assert.deepEqual(
      lanes.map(({ lane, broker, store }) => [lane, broker, store]).sort(),
      LANES.map(({ name, broker, store }) => [name, broker, store]).sort(),
    );
  });

  it('are exact while one consumer of each is killed, one lane is scaled and a store is replaced', async () => {
    const started = release();
    const scaled = 'kafka-valkey-consumer';
    const result = await started.load({
      variables: PATIENT,
      endsAfter: ENDED_EARLY.minAccepted,
      async during() {
        await scale(started, scaled, 2);
        await untilRolledOut(started, scaled);
        for (const { name } of LANES) await killContainer(started, `${name}-consumer`);
        await deletePod(started, 'valkey');
        await scale(started, scaled, 1);
        await untilRolledOut(started, scaled);
      },
    });
    assertFelt(result);
    assertExact(result, ENDED_EARLY);
    assert.deepEqual(
      result.account.lanes.map(({ lane }) => lane).sort(),
      LANES.map(({ name }) => name).sort(),
      'the account is of all of them',
    );
  });
});
