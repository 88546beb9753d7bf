import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import { composeState } from '../../src/stream/compose-state.ts';

const report: LaneReport = {
  lane: 'left',
  broker: 'rabbitmq',
  store: 'memory',
  totals: { total: 3, byCountry: { ES: 3 }, byWeather: { sunny: 3 }, identities: null },
  backlog: null,
  errors: {},
};
const laneOf = (one: LaneReport) =>
  composeState(
    {
      at: 1,
      intervalMs: 500,
      lanes: [{ report: one, ageMs: 0, perSecond: 125 }],
      traffic: {
        accepted: { kind: 'absent' },
        ingestPerSecond: undefined,
        ingestSeconds: undefined,
        laneSeconds: new Map(),
        consumers: [],
      },
      live: { enabled: false },
      scale: { enabled: false },
    },
    undefined,
  ).state.lanes.left;

test('the rate of a store that does not answer is unknown, not that of long ago', () => {
  assert.equal(laneOf(report)?.perSecond, 125);
  assert.deepEqual(
    [laneOf({ ...report, totals: null })?.perSecond, laneOf({ ...report, totals: null })?.stored],
    [undefined, undefined],
  );
});
