import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseError } from './support/fake-link.ts';
import { createRig, INTERVAL_MS, MAX_LAG_MS, type Rig, TIMEOUT_MS } from './support/rig.ts';

/** Moves the beats of some servers on. */
function beat(links: Rig['links'], byMs: number, ...names: readonly (keyof Rig['links'])[]): void {
  for (const name of names)
    links[name].observation = {
      ...links[name].observation,
      beatMs: links[name].observation.beatMs + byMs,
    };
}

describe('ProbeLoop', () => {
  it('lets every server in that is well', async () => {
    const { clock, events, probes } = await createRig({ start: false });
    probes.start();
    probes.start();
    await clock.advance(0);
    assert.deepEqual(events, ['primary in', 'replica-1 in', 'replica-2 in']);
  });

  it('probes each server once in an interval, however long its probe takes', async () => {
    const { clock, links } = await createRig();
    links['replica-1'].probes = { tookMs: INTERVAL_MS - 1 };
    await clock.advance(4 * INTERVAL_MS - 1);
    assert.deepEqual(
      Object.values(links).map(({ probeCount }) => probeCount),
      [4, 4, 4],
    );
  });

  it('leaves out a server that cannot be reached, and lets it in after two good probes', async () => {
    const { ask, clock, events, links } = await createRig();
    links['replica-2'].probes = databaseError(undefined);
    await clock.advance(INTERVAL_MS);
    assert.deepEqual(events, ['replica-2 out: unreachable']);
    assert.equal(await ask(), 'replica-1 v7');
    links['replica-2'].probes = 'answers';
    await clock.advance(INTERVAL_MS);
    assert.equal(await ask(), 'replica-1 v7');
    await clock.advance(INTERVAL_MS);
    assert.equal(events.at(-1), 'replica-2 in');
  });

  it('leaves out a silent server without a second probe, and does not hold up the others', async () => {
    const { clock, events, links } = await createRig();
    links['replica-2'].probes = 'is silent';
    await clock.advance(INTERVAL_MS + TIMEOUT_MS - 1);
    assert.deepEqual(events, []);
    await clock.advance(1);
    assert.deepEqual(events, ['replica-2 out: unreachable']);
    await clock.advance(4 * INTERVAL_MS);
    assert.equal(links['replica-2'].probeCount, 2);
    assert.equal(links['replica-1'].probeCount, 8);
    links['replica-2'].probes = 'answers';
    links['replica-2'].release();
    await clock.advance(2 * INTERVAL_MS);
    assert.deepEqual(events, ['replica-2 out: unreachable', 'replica-2 in']);
  });

  it('leaves out a replica that is too far behind', async () => {
    const { clock, events, links, probes, servers } = await createRig();
    beat(links, MAX_LAG_MS, 'primary', 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.deepEqual(events, []);
    assert.equal(probes.lagMs(servers['replica-2']), MAX_LAG_MS);
    beat(links, 1, 'primary', 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.deepEqual(events, ['replica-2 out: lagging']);
    beat(links, MAX_LAG_MS, 'replica-2');
    await clock.advance(2 * INTERVAL_MS);
    assert.deepEqual(events, ['replica-2 out: lagging', 'replica-2 in']);
    assert.equal(probes.lagMs(servers['replica-2']), 1);
  });

  it('leaves no replica out for a dead primary, but one that is behind the other', async () => {
    const { clock, events, links, probes, servers } = await createRig();
    links.primary.probes = databaseError(undefined);
    await clock.advance(20 * MAX_LAG_MS);
    assert.deepEqual(events, ['primary out: unreachable']);
    assert.equal(probes.lagMs(servers['replica-1']), 0);
    beat(links, MAX_LAG_MS + 1, 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.deepEqual(events, ['primary out: unreachable', 'replica-2 out: lagging']);
  });

  it('believes the clock of a primary that was restored', async () => {
    const { clock, links, servers } = await createRig();
    beat(links, -10 * MAX_LAG_MS, 'primary', 'replica-1', 'replica-2');
    await clock.advance(4 * INTERVAL_MS);
    for (const { health } of Object.values(servers)) assert.equal(health.kind, 'in');
  });

  it('leaves out a replica that follows no primary any more', async () => {
    const { clock, events, links } = await createRig();
    links['replica-1'].observation = { ...links['replica-1'].observation, isReplica: false };
    await clock.advance(INTERVAL_MS);
    assert.deepEqual(events, ['replica-1 out: not_a_replica']);
  });

  it('knows no lag before the first probe', async () => {
    const { probes, servers } = await createRig({ start: false });
    assert.equal(probes.lagMs(servers['replica-1']), undefined);
  });

  it('is over when it has stopped', async () => {
    const { clock, links, probes } = await createRig();
    await probes.stop();
    probes.start();
    await clock.advance(10 * INTERVAL_MS);
    assert.equal(links.primary.probeCount, 1);
  });
});
