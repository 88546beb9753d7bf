import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

/** Stand-ins: what the primary answers is in variables, what it was asked is written down. */
const programs = {
  postgres: 'printf "%s" "$FOLLOWS"',
  pg_controldata: 'echo "Database system identifier:           $MINE"',
  date: 'echo "$NOW"',
  psql: `echo "$5" >> "$CALLS"
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
    await mkdir(join(own, 'tmp'));
    return async (environment: Readonly<Record<string, string>> = {}, file = segment) => {
      const calls = join(own, 'calls');
      await writeFile(calls, '');
      const child = spawn('sh', [join(chart, 'files', 'postgresql', 'replica.sh'), 'missing', file], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: `${directory}:${process.env.PATH}`,
          PGDATA: data,
          TMPDIR: join(own, 'tmp'),
          PRIMARY: 'host=p port=5432',
          SLOT: 'replica_0',
          CALLS: calls,
          FOLLOWS: 'host=p port=5432',
          MINE: '7',
          THEIRS: '7',
          SLOT_IS: kept,
          NOW: '1000',
          ...environment,
        },
      });
      const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      const asked = (await readFile(calls, 'utf8')).trim();
      return { status: status as number, said, asked: asked.split('\n'), isGivenUp: existsSync(`${data}.useless`) };
    };
  }

  it('tries again while its primary does not answer, or was taken from it', async () => {
    const missing = await replica();
    for (const environment of [{ THEIRS: '' }, { THEIRS: 'ERROR' }, { FOLLOWS: '' }, { SLOT_IS: 'unknown' }]) {
      const { status, isGivenUp } = await missing(environment);
      assert.deepEqual([status, isGivenUp], [1, false], JSON.stringify(environment));
    }
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
