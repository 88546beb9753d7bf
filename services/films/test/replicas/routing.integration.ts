import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import pg from 'pg';
import { VersionGoneError } from '../../src/replicas/film-reader.ts';
import { schemaOf } from '../../src/search/version.ts';
import { type Bed, importTitle, makeSchema, openBed } from './support/bed.ts';
import { readAllTheTime, readTitles } from './support/reading.ts';

const servers = useServers('postgresql', 'postgresql-replica-1', 'postgresql-replica-2');

const ALL = ['primary', 'replica-1', 'replica-2'] as const;
const UNAVAILABLE = { code: 'STORE_UNAVAILABLE', retriable: true };

describe('reading films from replicas', () => {
  let bed: Bed;
  before(async () => {
    await makeSchema(servers());
    await importTitle(servers(), 'Solaris');
  });
  beforeEach(async () => {
    bed = await openBed(servers());
    await bed.untilIn(...ALL);
  });
  afterEach(() => bed.close());

  const answered = (name: string) =>
    bed.metric(`caudal_films_reads_total{server="${name}",outcome="answered"}`);
  const outs = (name: string, reason: string) =>
    bed.metric(`caudal_films_replica_outs_total{server="${name}",reason="${reason}"}`);

  /** Whether a server answers more reads than now; clients read meanwhile. */
  async function untilAnswers(name: string): Promise<void> {
    const before = await answered(name);
    await eventually(
      () => answered(name),
      (count) => count > before + 10,
      { what: `answers of ${name}` },
    );
  }

  it('reads from every replica, and not from the primary', async () => {
    const load = readAllTheTime(bed.reader);
    await untilAnswers('replica-1');
    await untilAnswers('replica-2');
    await load.stop();
    assert.equal(await answered('primary'), 0);
    for (const { result } of load.readings) assert.deepEqual(result, ['Solaris']);
    assert.equal(await bed.metric('caudal_films_version{server="replica-1"}'), bed.reader.currentVersion());
  });

  it('has its connections to the primary open before the primary is needed', async () => {
    const client = new pg.Client({ connectionString: servers().addresses.postgresql.adminUrl });
    await client.connect();
    try {
      const count = `select count(*)::int as open from pg_stat_activity where application_name = 'films-test' and usename = 'caudal_films_api'`;
      const opened = async (): Promise<number | undefined> =>
        (await client.query<{ readonly open: number }>(count)).rows[0]?.open;
      await eventually(opened, (open) => open !== undefined && open >= 4, { what: 'open connections' });
    } finally {
      await client.end();
    }
  });

  it('answers every read when a replica is killed, and reads from it again when it is back', async () => {
    const load = readAllTheTime(bed.reader);
    await untilAnswers('replica-1');
    await servers().kill('postgresql-replica-1');
    await bed.untilIn('primary', 'replica-2');
    await untilAnswers('replica-2');
    await servers().start('postgresql-replica-1');
    await bed.untilIn(...ALL);
    await untilAnswers('replica-1');
    await load.stop();
    assert.equal(await outs('replica-2', 'unreachable'), 0);
  });

  it('answers every read when a replica is suspended, and drops its late answers', async () => {
    const load = readAllTheTime(bed.reader);
    await servers().kill('postgresql-replica-1', 'SIGSTOP');
    try {
      await bed.untilIn('primary', 'replica-2');
      await untilAnswers('replica-2');
    } finally {
      await servers().kill('postgresql-replica-1', 'SIGCONT');
    }
    await bed.untilIn(...ALL);
    await untilAnswers('replica-1');
    await load.stop();
  });

  it('answers every read when the connections to a replica are cut, or are silent', async () => {
    const load = readAllTheTime(bed.reader);
    for (const fault of ['refuse', 'swallowReplies'] as const) {
      bed.proxies['replica-2'][fault]();
      await bed.untilIn('primary', 'replica-1');
      bed.proxies['replica-2'].pass();
      await bed.untilIn(...ALL);
      await untilAnswers('replica-2');
    }
    await load.stop();
    assert.ok((await bed.metric('caudal_films_retries_total')) > 0);
  });

  it('leaves out a replica that falls behind, until it has caught up', async () => {
    const admin = new pg.Client({ connectionString: servers().addresses['postgresql-replica-2'].adminUrl });
    await admin.connect();
    try {
      await admin.query('select pg_wal_replay_pause()');
      await bed.untilIn('primary', 'replica-1');
      assert.equal(await outs('replica-2', 'lagging'), 1);
      assert.ok((await bed.metric('caudal_films_replica_lag_seconds{server="replica-2"}')) > 2);
      assert.equal((await readTitles(bed.reader)).server, 'replica-1');
    } finally {
      await admin.query('select pg_wal_replay_resume()');
      await admin.end();
    }
    await bed.untilIn(...ALL);
  });

  it('reads on without the primary', async () => {
    const load = readAllTheTime(bed.reader);
    await servers().kill('postgresql');
    await bed.untilIn('replica-1', 'replica-2');
    for (const name of ['replica-1', 'replica-2']) await untilAnswers(name);
    await servers().start('postgresql');
    await bed.untilIn(...ALL);
    await load.stop();
    for (const name of ['replica-1', 'replica-2']) assert.equal(await outs(name, 'lagging'), 0);
  });

  it('reads from the primary when no replica is left, and says so when nothing is', async () => {
    const load = readAllTheTime(bed.reader);
    bed.proxies['replica-1'].refuse();
    bed.proxies['replica-2'].refuse();
    await bed.untilIn('primary');
    await untilAnswers('primary');
    await load.stop();
    assert.ok((await bed.metric('caudal_films_last_resort_total')) > 0);
    bed.proxies.primary.refuse();
    await bed.untilIn();
    assert.equal(bed.reader.isReady(), false);
    assert.equal(
      bed.reader.unreadyReason(),
      'primary: unreachable, replica-1: unreachable, replica-2: unreachable',
    );
    await assert.rejects(bed.reader.read({ deadlineMs: 200, work: () => Promise.resolve() }), UNAVAILABLE);
    for (const name of ALL) bed.proxies[name].pass();
    await bed.untilIn(...ALL);
    assert.equal(bed.reader.unreadyReason(), undefined);
  });

  it('does not go back while imports replace versions, which can be read until they are dropped', async () => {
    const load = readAllTheTime(bed.reader);
    const first = bed.reader.currentVersion() ?? 0;
    const second = await importTitle(servers(), 'Stalker');
    await eventually(
      () => bed.reader.currentVersion(),
      (version) => version === second,
    );
    const [before, now] = [await readTitles(bed.reader, first), await readTitles(bed.reader, second)];
    assert.equal(before.version, first);
    assert.deepEqual(now.result, ['Stalker']);
    await importTitle(servers(), 'Mirror');
    await eventually(
      () =>
        readTitles(bed.reader, first).then(
          ({ version }) => `read ${version}`,
          (error: Error) => error.name,
        ),
      (outcome) => outcome === VersionGoneError.name,
    );
    await assert.rejects(readTitles(bed.reader, 1_000_000), VersionGoneError);
    await eventually(
      () => load.readings.at(-1)?.result[0],
      (title) => title === 'Mirror',
    );
    await load.stop();
    const titles = new Map<number, string>();
    for (const { version, result } of load.readings) {
      assert.equal(titles.get(version) ?? result[0], result[0]);
      titles.set(version, result[0] ?? '');
    }
  });

  it('sends a read once more whose version was dropped while it was read', async () => {
    const patient = await openBed(servers(), { readAttemptMs: 30_000, readDeadlineMs: 60_000 });
    try {
      await patient.untilIn(...ALL);
      let attempts = 0;
      const began = Promise.withResolvers<void>();
      const read = patient.reader.read({
        work: async ({ version, query }) => {
          attempts += 1;
          began.resolve();
          // Holds up what the replica has to replay, until that has waited long enough and ends this statement.
          const seconds = attempts === 1 ? 60 : 0;
          await query({ text: `select pg_sleep($1) from ${schemaOf(version)}.film`, values: [seconds] });
          return version;
        },
      });
      await began.promise;
      await importTitle(servers(), 'Nostalghia');
      const newest = await importTitle(servers(), 'The Sacrifice');
      assert.ok((await read).result <= newest);
      assert.equal(attempts, 2);
      assert.equal(await patient.metric('caudal_films_reads_total{outcome="failed"}'), 1);
    } finally {
      await patient.close();
    }
  });
});
