import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrivalDurationMs, changeLoad, peakRate, profiles, type ScenarioName } from '../lib/profiles.ts';

const spike = profiles.spike.smoke.load;

describe('profiles', () => {
  it('seed as the original load was: 10,000 messages by 100 users', () => {
    const { load } = profiles.seed.average;
    assert.equal(load.kind, 'fixed-count');
    assert.equal(load.kind === 'fixed-count' && load.messages, 10_000);
    assert.equal(load.kind === 'fixed-count' && load.users, 100);
  });

  it('grow from smoke to stress and finish the smoke within seconds', () => {
    for (const name of Object.keys(profiles) as ScenarioName[]) {
      const [smoke, average, stress] = (['smoke', 'average', 'stress'] as const).map((size) => {
        const { load } = profiles[name][size];
        return load.kind === 'fixed-count' ? load.messages : peakRate(load);
      });
      assert.ok(Number(smoke) < Number(average) && Number(average) < Number(stress), name);
      const { load } = profiles[name].smoke;
      assert.ok(load.kind === 'fixed-count' || arrivalDurationMs(load) <= 10_000, name);
    }
  });

  it('keep their shape when the rate and the duration change', () => {
    assert.equal(spike.kind, 'arrival');
    if (spike.kind !== 'arrival') return;
    const changed = changeLoad(spike, {
      rate: peakRate(spike) * 3,
      durationMs: arrivalDurationMs(spike) * 2,
    });
    assert.equal(changed.kind, 'arrival');
    if (changed.kind !== 'arrival') return;
    assert.equal(changed.startRate, spike.startRate * 3);
    assert.deepEqual(
      changed.stages,
      spike.stages.map(({ durationMs, rate }) => ({ durationMs: durationMs * 2, rate: rate * 3 })),
    );
  });

  it('are left alone where nothing changes', () => {
    assert.deepEqual(changeLoad(spike, {}), spike);
  });
});
