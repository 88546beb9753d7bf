import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { databaseError } from './support/fake-link.ts';
import { ATTEMPT_MS, createRig, DEADLINE_MS, INTERVAL_MS } from './support/rig.ts';

const UNAVAILABLE = databaseError(undefined);

describe('Router', () => {
  it('spreads reads over the replicas', async () => {
    const { ask, events } = await createRig();
    const answers = [await ask(), await ask(), await ask()];
    assert.deepEqual(answers, ['replica-2 v7', 'replica-1 v7', 'replica-2 v7']);
    assert.deepEqual(events, [
      'replica-2 answered after 0',
      'replica-1 answered after 0',
      'replica-2 answered after 0',
    ]);
  });

  it('reads the primary where there is no replica, which is no last resort', async () => {
    const { ask, events } = await createRig({ replicas: 0 });
    assert.equal(await ask(), 'primary v7');
    assert.deepEqual(events, ['primary answered after 0']);
  });

  it('sends a read that failed once more, to the other replica', async () => {
    for (const error of [
      UNAVAILABLE,
      databaseError('40001'),
      databaseError('57014'),
      databaseError('42P01', false),
    ]) {
      const { ask, events, links } = await createRig();
      links['replica-2'].reads = error;
      assert.equal(await ask(), 'replica-1 v7');
      assert.deepEqual(events, ['replica-2 failed after 0', 'retry', 'replica-1 answered after 0']);
    }
  });

  it('sends a read that is late once more, and drops the late answer', async () => {
    const { ask, clock, events, links, servers } = await createRig();
    links['replica-2'].reads = 'is silent';
    const answer = ask();
    await clock.advance(ATTEMPT_MS - 1);
    assert.deepEqual(events, []);
    await clock.advance(1);
    assert.equal(await answer, 'replica-1 v7');
    assert.deepEqual(events, ['replica-2 late after 400', 'retry', 'replica-1 answered after 0']);
    assert.equal(servers['replica-2'].inFlight, 1);
    links['replica-2'].release();
    await clock.advance(0);
    assert.equal(servers['replica-2'].inFlight, 0);
    assert.equal(events.length, 3);
  });

  it('goes to the primary when two replicas have failed', async () => {
    const { ask, events, links } = await createRig();
    links['replica-1'].reads = UNAVAILABLE;
    links['replica-2'].reads = UNAVAILABLE;
    assert.equal(await ask(), 'primary v7');
    assert.deepEqual(events, [
      'replica-2 failed after 0',
      'retry',
      'replica-1 failed after 0',
      'retry',
      'last resort',
      'primary answered after 0',
    ]);
  });

  it('gives the last attempt what is left until the deadline', async () => {
    const { ask, clock, events, links } = await createRig();
    for (const link of Object.values(links)) link.reads = 'is silent';
    const answer = ask();
    await clock.advance(DEADLINE_MS);
    assert.match(
      await answer,
      /^AppError: the films cannot be read \(asked: replica-2, replica-1, primary\): no answer in time$/,
    );
    assert.deepEqual(
      events.filter((event) => event.includes('late')),
      ['replica-2 late after 400', 'replica-1 late after 400', 'primary late after 200'],
    );
  });

  it('keeps a shorter deadline of a read', async () => {
    const { ask, clock, events, links } = await createRig();
    links['replica-2'].reads = 'is silent';
    const answer = ask(undefined, 300);
    await clock.advance(300);
    assert.match(await answer, /asked: replica-2\)/);
    assert.deepEqual(events, ['replica-2 late after 300']);
  });

  it('gives up at once where no other server is left', async () => {
    for (const options of [{ replicas: 0 }, { primaryReads: 'off' }] as const) {
      const { ask, events, links } = await createRig(options);
      for (const link of Object.values(links)) link.reads = UNAVAILABLE;
      assert.match(await ask(), /^AppError: the films cannot be read .*: it is broken$/);
      assert.equal(events.filter((event) => event === 'retry').length, 'replicas' in options ? 0 : 1);
    }
  });

  it('says that its error can be retried, and why', async () => {
    const { router, links } = await createRig({ replicas: 0 });
    links.primary.reads = UNAVAILABLE;
    const read = router.read({ work: (reader) => reader.query({ text: '', values: [] }) });
    await assert.rejects(read, { code: 'STORE_UNAVAILABLE', retriable: true, cause: UNAVAILABLE });
  });

  it('throws an error of the caller as it is, and asks no other server', async () => {
    for (const error of [new TypeError('a bug'), databaseError('42601', false)]) {
      const { router, events, servers } = await createRig();
      for (let time = 0; time < 6; time += 1)
        await assert.rejects(router.read({ work: () => Promise.reject(error) }), error);
      assert.deepEqual(events, []);
      assert.equal(servers['replica-1'].health.kind, 'in');
    }
  });

  it('asks only servers that it is connected to', async () => {
    const { ask, links, events } = await createRig();
    links['replica-2'].isUp = false;
    assert.deepEqual([await ask(), await ask()], ['replica-1 v7', 'replica-1 v7']);
    links['replica-1'].isUp = false;
    assert.equal(await ask(), 'primary v7');
    assert.ok(events.includes('last resort'));
  });

  it('leaves out a server after three errors in a row, but not for statements that it has cancelled', async () => {
    const { ask, events, links } = await createRig();
    links['replica-2'].reads = databaseError('57014');
    for (let time = 0; time < 8; time += 1) await ask();
    assert.ok(!events.includes('replica-2 out: errors'));
    const before = links['replica-2'].statements.length;
    links['replica-2'].reads = UNAVAILABLE;
    for (let time = 0; time < 8; time += 1) await ask();
    assert.equal(events.filter((event) => event === 'replica-2 out: errors').length, 1);
    assert.equal(links['replica-2'].statements.length, before + 3);
  });

  it('forgets the errors of a server that has answered since', async () => {
    const { ask, events, links } = await createRig({ replicas: 0 });
    for (const reads of [UNAVAILABLE, UNAVAILABLE, 'answers', UNAVAILABLE, UNAVAILABLE] as const) {
      links.primary.reads = reads;
      await ask();
    }
    assert.ok(!events.includes('primary out: errors'));
    await ask();
    assert.equal(events.at(-1), 'primary failed after 0');
    assert.ok(events.includes('primary out: errors'));
  });

  describe('without a server that takes reads', () => {
    it('lets a read wait for one', async () => {
      const { ask, clock, probes, router } = await createRig({ start: false });
      assert.equal(router.isReady(), false);
      assert.equal(router.currentVersion(), undefined);
      const answer = ask();
      await clock.advance(DEADLINE_MS - 1);
      probes.start();
      await clock.advance(0);
      assert.equal(await answer, 'replica-2 v7');
      assert.equal(router.isReady(), true);
    });

    it('lets it wait no longer than until the deadline', async () => {
      const { ask, clock, links } = await createRig({ primaryReads: 'off' });
      for (const link of Object.values(links)) link.isUp = false;
      const answer = ask();
      await clock.advance(DEADLINE_MS);
      assert.equal(await answer, 'AppError: no server of the films takes reads');
    });

    it('is not ready, and is when one is back', async () => {
      const { clock, links, router } = await createRig();
      for (const link of Object.values(links)) link.probes = UNAVAILABLE;
      await clock.advance(INTERVAL_MS);
      assert.equal(router.isReady(), false);
      for (const link of Object.values(links)) link.probes = 'answers';
      await clock.advance(INTERVAL_MS);
      assert.equal(router.isReady(), false);
      await clock.advance(INTERVAL_MS);
      assert.equal(router.isReady(), true);
    });

    it('is ready by the primary alone, if that is read', async () => {
      for (const [primaryReads, version] of [
        ['on', 7],
        ['off', undefined],
      ] as const) {
        const { clock, links, router } = await createRig({ primaryReads });
        for (const name of ['replica-1', 'replica-2'] as const) links[name].probes = UNAVAILABLE;
        await clock.advance(INTERVAL_MS);
        assert.equal(router.currentVersion(), version);
        assert.equal(router.isReady(), version !== undefined);
      }
    });

    it('is not ready where no server has films', async () => {
      const { clock, links, router } = await createRig();
      for (const link of Object.values(links))
        link.observation = { ...link.observation, current: undefined, kept: [] };
      await clock.advance(INTERVAL_MS);
      assert.equal(router.isReady(), false);
    });
  });

  it('leaves no timer behind', async () => {
    const { ask, clock, events, links, probes } = await createRig();
    links['replica-2'].reads = UNAVAILABLE;
    await ask();
    links['replica-2'].probes = 'is silent';
    await clock.advance(INTERVAL_MS);
    assert.ok(clock.sleeping > 0);
    events.splice(0);
    await probes.stop();
    assert.equal(clock.sleeping, 0);
    assert.deepEqual(events, []);
  });
});
