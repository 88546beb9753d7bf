import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseError } from './support/fake-link.ts';
import { createRig, DEADLINE_MS, INTERVAL_MS, type Rig } from './support/rig.ts';

const GONE = /^VersionGoneError: version \d+ of the films is not kept$/;
const MISSING = databaseError('42P01', false);

/** An import has arrived at some servers. */
function publish(links: Rig['links'], version: number, ...names: readonly (keyof Rig['links'])[]): void {
  for (const name of names)
    links[name].observation = { ...links[name].observation, current: version, kept: [version - 1, version] };
}

const statementsOf = (links: Rig['links']): number =>
  Object.values(links).reduce((sum, { statements }) => sum + statements.length, 0);

describe('versions of reads', () => {
  it('reads the version that is asked for', async () => {
    const { ask, links } = await createRig();
    assert.equal(await ask(6), 'replica-2 v6');
    assert.deepEqual(links['replica-2'].statements, ['v6']);
  });

  it('refuses one that was dropped, without a statement', async () => {
    const { ask, links } = await createRig();
    assert.match(await ask(5), GONE);
    assert.equal(statementsOf(links), 0);
  });

  it('refuses one that never was, when every server has been looked at since', async () => {
    const { ask, clock, links } = await createRig();
    let answer: string | undefined;
    void ask(8).then((text) => {
      answer = text;
    });
    await clock.advance(INTERVAL_MS - 1);
    assert.equal(answer, undefined);
    await clock.advance(1);
    assert.match(answer ?? '', GONE);
    assert.equal(statementsOf(links), 0);
  });

  it('waits for one before any server has been looked at', async () => {
    const { ask, clock, probes } = await createRig({ start: false });
    const answer = ask(6);
    await clock.advance(INTERVAL_MS);
    probes.start();
    await clock.advance(0);
    assert.match(await answer, /v6$/);
  });

  it('finds one that has just arrived', async () => {
    const { ask, clock, links } = await createRig();
    publish(links, 8, 'primary', 'replica-1', 'replica-2');
    const answer = ask(8);
    await clock.advance(INTERVAL_MS);
    assert.equal(await answer, 'primary v8');
    assert.equal(await ask(8), 'replica-2 v8');
  });

  it('asks only servers that have it, and then the primary', async () => {
    const { ask, clock, links } = await createRig();
    publish(links, 8, 'replica-1', 'primary');
    await clock.advance(INTERVAL_MS);
    assert.deepEqual([await ask(8), await ask(8)], ['replica-1 v8', 'replica-1 v8']);
    links['replica-1'].reads = databaseError(undefined);
    assert.equal(await ask(8), 'primary v8');
  });

  it('waits for a replica to get it where the primary is not read', async () => {
    const { ask, clock, links } = await createRig({ primaryReads: 'off' });
    publish(links, 8, 'primary');
    await clock.advance(INTERVAL_MS);
    const answer = ask(8);
    await clock.advance(INTERVAL_MS);
    publish(links, 8, 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.equal(await answer, 'replica-1 v8');
  });

  it('is out of reach, not gone, where only a server has it that is away', async () => {
    const { ask, clock, links } = await createRig();
    publish(links, 8, 'replica-1');
    await clock.advance(INTERVAL_MS);
    links['replica-1'].probes = databaseError(undefined);
    await clock.advance(INTERVAL_MS);
    const answer = ask(8);
    await clock.advance(DEADLINE_MS);
    assert.equal(await answer, 'AppError: no server of the films takes reads');
  });

  it('is gone where every server has dropped it since it was looked at', async () => {
    const { ask, links } = await createRig();
    for (const link of Object.values(links)) link.reads = MISSING;
    assert.match(await ask(6), GONE);
    assert.equal(statementsOf(links), 3);
  });

  it('is not gone where one server has dropped it and the others do not answer', async () => {
    const { ask, links } = await createRig();
    for (const link of Object.values(links)) link.reads = MISSING;
    links['replica-1'].reads = databaseError(undefined);
    assert.match(await ask(6), /^AppError: the films cannot be read/);
  });

  it('shows an import when all replicas have it, and does not go back', async () => {
    const { ask, clock, links, router } = await createRig();
    publish(links, 8, 'primary', 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.equal(router.currentVersion(), 7);
    assert.deepEqual([await ask(), await ask()], ['replica-2 v7', 'replica-1 v7']);
    publish(links, 8, 'replica-2');
    await clock.advance(INTERVAL_MS);
    assert.equal(router.currentVersion(), 8);
    publish(links, 7, 'replica-2');
    await clock.advance(INTERVAL_MS);
    assert.equal(router.currentVersion(), 8);
    assert.deepEqual([await ask(), await ask()], ['replica-1 v8', 'replica-1 v8']);
  });

  it('reads what there is where the servers have no version in common', async () => {
    const { ask, clock, links } = await createRig();
    publish(links, 9, 'primary', 'replica-1');
    await clock.advance(INTERVAL_MS);
    assert.deepEqual([await ask(), await ask()], ['replica-2 v7', 'replica-2 v7']);
    links['replica-2'].reads = databaseError('40001');
    assert.equal(await ask(), 'replica-1 v9');
    links['replica-1'].reads = databaseError('40001');
    assert.equal(await ask(), 'primary v9');
  });
});
