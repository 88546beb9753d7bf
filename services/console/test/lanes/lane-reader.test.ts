import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFakeLane } from '../support/fake-lane.ts';

describe('the reader of a lane', () => {
  it('says how far the lane is behind by the rate of its store, and nothing while the store does not answer', async (test) => {
    let nowMs = 0;
    test.mock.method(performance, 'now', () => nowMs);
    const lane = await createFakeLane('l');
    const behind = async () => (await lane.reader.read({ identities: false })).backlog?.secondsBehind;
    await behind();
    await lane.add('ES', 20);
    nowMs = 2_000;
    lane.backlog = { ...lane.backlog, messages: 100, waiting: 0, inHand: 100 };
    assert.equal(await behind(), 10);
    lane.storeError = 'gone';
    assert.equal(await behind(), null);
  });
});
