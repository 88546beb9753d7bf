import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

/** Stand-ins: what the primary answers is in variables, what it was asked is written down. */
const programs = {
  pg_controldata: 'echo "Database system identifier:           $MINE"',
  date: 'echo "$NOW"',
  psql: `echo "$5" >> "$CALLS"
echo "$3" > "$CALLS.of"
case $5 in
  IDENTIFY_SYSTEM) [ -n "$THEIRS" ] && echo "$THEIRS|1|0/3000060|" ;;
  READ_*) [ "$SLOT_IS" != unknown ] && echo "$SLOT_IS" ;;
esac`,
};

const segment = '000000010000000000000003';
const kept = 'physical|0/3000000|1';

describe('a replica that cannot follow', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-replica-'));
    for (const [program, script] of Object.entries(programs)) {
      await writeFile(join(directory, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(directory, program), 0o755);
    }
  });
  after(() => rm(directory, { recursive: true }));

  /** A replica; asks the script what PostgreSQL asks it, and resolves with its status, what the primary was asked, and whether the data are given up. */
  async function replica() {
    const own = await mkdtemp(join(directory, 'volume-'));
    const data = join(own, 'pgdata');
    for (const folder of [data, join(own, 'tmp')]) await mkdir(folder);
    return async (environment: Readonly<Record<string, string>> = {}, file = segment) => {
      const calls = join(own, 'calls');
      await writeFile(calls, '');
      const { FOLLOWS: follows } = environment;
      await writeFile(
        join(data, 'postgresql.auto.conf'),
        `# Do not edit\n${follows === undefined ? '' : `primary_conninfo = '${follows}'\n`}`,
      );
      const child = spawn('sh', [join(chart, 'files', 'postgresql', 'replica.sh'), 'missing', file], {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 60_000,
        killSignal: 'SIGKILL',
        env: {
          PATH: `${directory}:${process.env.PATH}`,
          PGDATA: data,
          TMPDIR: join(own, 'tmp'),
          PRIMARY: 'host=p port=5432',
          SLOT: 'replica_0',
          CALLS: calls,
          MINE: '7',
          THEIRS: '7',
          SLOT_IS: kept,
          NOW: '1000',
          ...environment,
        },
      });
      const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      const asked = (await readFile(calls, 'utf8')).trim();
      const of = (await readFile(`${calls}.of`, 'utf8').catch(() => '')).trim();
      return {
        status: status as number,
        said,
        of,
        asked: asked.split('\n'),
        isGivenUp: existsSync(`${data}.useless`),
      };
    };
  }

  it('tries again while its primary does not answer, or was taken from it', async () => {
    const missing = await replica();
    for (const environment of [
      { THEIRS: '' },
      { THEIRS: 'ERROR' },
      { FOLLOWS: '' },
      { SLOT_IS: 'unknown' },
    ]) {
      const { status, isGivenUp } = await missing(environment);
      assert.deepEqual([status, isGivenUp], [1, false], JSON.stringify(environment));
    }
    // Without a name of a server it would ask itself.
    assert.deepEqual((await missing({ FOLLOWS: '' })).asked, ['']);
  });

  it('asks the primary that it follows: its own, or that of alter system', async () => {
    const missing = await replica();
    assert.match((await missing()).of, /^host=p port=5432 user=caudal_replica .*application_name=replica_0/);
    assert.equal((await missing({ FOLLOWS: 'host=other port=1' })).of, 'host=other port=1 replication=true');
  });

  it('asks nothing for what only a new primary has', async () => {
    const missing = await replica();
    const { status, asked } = await missing({}, '00000002.history');
    assert.deepEqual([status, asked], [1, ['']]);
  });

  it('gives its data up where what it lacks is no longer kept, or the primary has other data', async () => {
    for (const [environment, reason] of [
      [{ SLOT_IS: 'physical||' }, /no longer kept: the primary is copied again/],
      [{ THEIRS: '8' }, /other data: the primary is copied again/],
    ] as const) {
      const missing = await replica();
      const { status, said, isGivenUp } = await missing(environment);
      // PostgreSQL ends at a status above 128.
      assert.deepEqual([status, isGivenUp], [255, true]);
      assert.match(said, reason);
    }
  });

  it('makes its slot at a new primary, which has none', async () => {
    const missing = await replica();
    const { status, asked } = await missing({ SLOT_IS: '||' });
    assert.equal(status, 1);
    assert.equal(asked.at(-1), 'CREATE_REPLICATION_SLOT replica_0 PHYSICAL RESERVE_WAL');
    assert.ok(!(await missing()).asked.some((command) => command.startsWith('CREATE')));
  });

  it('gives its data up after a minute in which the primary answered all the time', async () => {
    const missing = await replica();
    const at = async (now: number, environment = {}) =>
      (await missing({ NOW: String(now), ...environment })).isGivenUp;
    for (let now = 1_000; now < 1_060; now += 10) assert.equal(await at(now), false, String(now));
    assert.equal(await at(1_060), true);
  });

  it('counts that minute from the last time that it followed, or that the primary was away', async () => {
    const missing = await replica();
    const at = async (now: number) => (await missing({ NOW: String(now) })).isGivenUp;
    for (const now of [1_000, 1_010, 1_020, 1_060, 1_070, 1_080, 1_090, 1_100, 1_110])
      assert.equal(await at(now), false, String(now));
    assert.equal(await at(1_120), true);
  });
});

describe('how a replica starts', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-replica-start-'));
    const starts = {
      postgres: `case "$*" in
  *max_connections) echo 100 ;;
  *) { echo "server $(basename "$2")"; echo "secrets $(env | grep -c secret)"; } >> "$CALLS" ;;
esac`,
      pg_controldata: `echo "Database system identifier:           $(cat "$1/system")"
echo "max_connections setting:              $MOST"`,
      psql: `echo "$5" >> "$CALLS"
case $5 in
  IDENTIFY_SYSTEM) echo '7|1|0/3000060|' ;;
  READ_*) echo "$SLOT_IS" ;;
esac`,
      pg_basebackup: `echo "copy $(basename "$4")" >> "$CALLS"
mkdir "$4" && echo 17 > "$4/PG_VERSION" && echo 7 > "$4/system"
echo "primary_conninfo = 'of the primary'" > "$4/postgresql.auto.conf"
[ -z "$FAILS" ]`,
      // Ends what waits for a primary.
      sleep: 'kill -TERM $PPID',
    };
    for (const [program, script] of Object.entries(starts)) {
      await writeFile(join(directory, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(directory, program), 0o755);
    }
    await writeFile(join(directory, 'replica-password'), 'secret\n');
  });
  after(() => rm(directory, { recursive: true }));

  /** A volume; `start` starts on it and resolves with the status and how the programs were called. */
  async function volume(files: Readonly<Record<string, string>> = {}) {
    const own = await mkdtemp(join(directory, 'volume-'));
    const data = join(own, 'pgdata');
    if (Object.keys(files).length > 0) await mkdir(data);
    for (const [file, content] of Object.entries({ ...files, ...(files.system && { PG_VERSION: '17' }) }))
      await writeFile(join(data, file), content);
    const start = async (environment: Readonly<Record<string, string>> = {}) => {
      const calls = join(own, 'calls');
      await writeFile(calls, '');
      const child = spawn('sh', [join(chart, 'files', 'postgresql', 'replica.sh')], {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 60_000,
        killSignal: 'SIGKILL',
        env: {
          PATH: `${directory}:${process.env.PATH}`,
          PGDATA: data,
          SHARED: directory,
          TMPDIR: own,
          PRIMARY: 'host=p port=5432',
          SLOT: 'replica_0',
          CALLS: calls,
          SLOT_IS: kept,
          MOST: '100',
          FAILS: '',
          ...environment,
        },
      });
      const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      return { status: status as number, said, calls: (await readFile(calls, 'utf8')).trim().split('\n') };
    };
    const read = (file: string) => readFile(join(own, file), 'utf8');
    return { own, data, start, read };
  }

  const replicaOf = (system: string) => ({
    system,
    'standby.signal': '',
    'postmaster.pid': '1\n',
    'postgresql.auto.conf': '',
  });
  const copied = ['DROP_REPLICATION_SLOT replica_0 WAIT', 'copy pgdata.new', 'server pgdata', 'secrets 0'];

  it('copies its primary into a slot of its own, and follows that one alone', async () => {
    const { data, start, read } = await volume();
    const { status, calls } = await start();
    assert.equal(status, 0);
    assert.deepEqual(calls, ['IDENTIFY_SYSTEM', 'READ_REPLICATION_SLOT replica_0', ...copied]);
    assert.ok(existsSync(join(data, 'standby.signal')) && !existsSync(`${data}.new`));
    assert.equal(await read('pgdata/postgresql.auto.conf'), '');
    assert.match(await read('replica.conf'), /^primary_conninfo = 'host=p port=5432 user=caudal_replica /m);
    assert.equal(await read('replica.passwords'), '*:*:*:*:secret\n');
    assert.equal(statSync(join(data, '..', 'replica.passwords')).mode & 0o777, 0o600);
  });

  it('does not take half a copy for data, and waits for its primary', async () => {
    const { data, start } = await volume();
    const { status, said, calls } = await start({ FAILS: 'yes', SLOT_IS: '||' });
    assert.deepEqual(calls, ['IDENTIFY_SYSTEM', 'READ_REPLICATION_SLOT replica_0', 'copy pgdata.new']);
    assert.match(said, /waits for its primary/);
    assert.deepEqual([status, existsSync(data)], [0, false]);
  });

  it('starts on data that it has, also where it was killed', async () => {
    const { data, start } = await volume(replicaOf('7'));
    assert.deepEqual((await start()).calls, copied.slice(2));
    assert.ok(!existsSync(join(data, 'postmaster.pid')));
  });

  it('has no fewer connections than its primary, without which it would not start', async () => {
    const { start, read } = await volume(replicaOf('7'));
    await start();
    assert.doesNotMatch(await read('replica.conf'), /max_connections/);
    await start({ MOST: '200' });
    assert.match(await read('replica.conf'), /^max_connections = 200$/m);
  });

  it('copies its primary again where its data were given up, and keeps those of another one', async () => {
    for (const [system, others] of [
      ['7', 0],
      ['8', 1],
    ] as const) {
      const { own, data, start } = await volume(replicaOf(system));
      await writeFile(`${data}.useless`, '');
      assert.deepEqual((await start()).calls.slice(-4), copied);
      assert.ok(!existsSync(`${data}.useless`));
      const kept = (await readdir(own)).filter((entry) => entry.startsWith('pgdata.of-8-'));
      assert.equal(kept.length, others);
    }
  });

  it('never copies over a replica that was promoted', async () => {
    const { 'standby.signal': _, ...promoted } = replicaOf('7');
    const { data, start } = await volume(promoted);
    await writeFile(`${data}.useless`, '');
    const { calls } = await start();
    assert.deepEqual(calls.slice(0, 2), copied.slice(2));
  });
});
