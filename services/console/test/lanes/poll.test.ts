import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRegistry } from '@caudal/common/metrics';
import { createLaneGauges, pollLanes } from '../../src/lanes/poll.ts';
import { createFakeLane } from '../support/fake-lane.ts';

describe('the gauges', () => {
  it('show what a lane holds, and drop what can no longer be read', async () => {
    const lane = await createFakeLane('l');
    await lane.add('ES', 2);
    const registry = createRegistry();
    const gauges = createLaneGauges(registry);
    const samples = async () =>
      (await registry.metrics())
        .split('\n')
        .filter((line) => /^caudal_.*lane="l"/.test(line))
        .sort();

    gauges.show(await lane.reader.read({ identities: false }));
    assert.deepEqual(await samples(), [
      'caudal_backlog_messages{lane="l"} 0',
      'caudal_dead_letter_messages{lane="l"} 0',
      'caudal_lane_consumers{lane="l"} 1',
      'caudal_store_messages{lane="l",country="ES"} 2',
    ]);
    lane.storeError = 'gone';
    gauges.show(await lane.reader.read({ identities: false }));
    assert.equal((await samples()).length, 3);
    lane.brokerError = 'gone';
    lane.storeError = undefined;
    gauges.show(await lane.reader.read({ identities: false }));
    assert.deepEqual(await samples(), ['caudal_store_messages{lane="l",country="ES"} 2']);
  });

  it('say which countries a lane takes that does not take all, also while nothing of it can be read', async () => {
    const registry = createRegistry();
    const gauges = createLaneGauges(registry);
    const some = await createFakeLane('some', ['ES', 'PT']);
    some.storeError = 'gone';
    for (const lane of [some, await createFakeLane('all')])
      gauges.show(await lane.reader.read({ identities: false }));
    const samples = (await registry.metrics())
      .split('\n')
      .filter((line) => /^caudal_lane_country_info\b/.test(line));
    assert.deepEqual(samples.sort(), [
      'caudal_lane_country_info{lane="some",country="ES"} 1',
      'caudal_lane_country_info{lane="some",country="PT"} 1',
    ]);
  });

  it('are filled again and again until the poll is stopped', async () => {
    const lane = await createFakeLane('l');
    let shown = 0;
    const poll = await new Promise<ReturnType<typeof pollLanes>>((resolve) => {
      const started = pollLanes([lane.reader], { show: () => ++shown === 3 && resolve(started) }, 1);
    });
    // A poll that continues would keep this process alive.
    await poll.stop();
    assert.ok(shown >= 3);
  });
});
