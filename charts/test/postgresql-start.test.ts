import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { chart } from '../scripts/paths.ts';

const files = join(chart, 'files');

/** Stand-ins that write down how they were called; `FAILS` names the one that fails. */
const programs = {
  initdb: `for word; do case $word in --pgdata=*) data=\${word#--pgdata=} ;; esac; done
mkdir "$data" || exit 1
echo 17 > "$data/PG_VERSION"
echo "initdb \${data##*/}" >> "$CALLS"`,
  postgres: `if [ "$1" = --single ]; then
  [ -f "$4/PG_VERSION" ] || exit 1
  { echo "single \${4##*/}"; cat; } >> "$CALLS"
  [ "\${FAILS:-}" != "\${4##*/}" ]
else
  { echo "server \${2##*/} $3 $4"; env | grep -c PASSWORD || true; } >> "$CALLS"
fi`,
};

describe('how the start script prepares PostgreSQL', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-postgresql-'));
    for (const file of ['passwords.sh', 'postgresql/setup.sql'])
      await copyFile(join(files, file), join(directory, file.split('/').at(-1) ?? ''));
    for (const [program, script] of Object.entries(programs)) {
      await writeFile(join(directory, program), `#!/bin/sh\n${script}\n`);
      await chmod(join(directory, program), 0o755);
    }
  });
  after(() => rm(directory, { recursive: true }));

  /** A volume; `start` starts on it and resolves with the status, what was said, and how the programs were called. */
  async function volume() {
    const own = await mkdtemp(join(directory, 'volume-'));
    const data = join(own, 'pgdata');
    const start = async (
      environment: Readonly<Record<string, string>> = {},
      onSaid: (said: string) => void = () => undefined,
    ) => {
      const calls = join(own, 'calls');
      await writeFile(calls, '');
      const child = spawn('sh', [join(files, 'postgresql', 'start.sh')], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          PATH: `${directory}:${process.env.PATH}`,
          SHARED: directory,
          PGDATA: data,
          CALLS: calls,
          OWNER_PASSWORD: 'own',
          CONSUMER_PASSWORD: 'eat',
          CONSOLE_PASSWORD: 'see',
          ...environment,
        },
      });
      child.stderr.on('data', (said: Buffer) => onSaid(said.toString()));
      const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      return { said, status: status as number, calls: (await readFile(calls, 'utf8')).trim().split('\n') };
    };
    return { data, start };
  }

  const headsOf = (calls: readonly string[]) =>
    calls
      .filter((line) => /^(initdb|single|server) /.test(line))
      .map((line) => line.split(' ').slice(0, 2).join(' '));

  it('makes the data, then the roles in them, and only then calls them the data', async () => {
    const { data, start } = await volume();
    const { status, calls } = await start();
    assert.equal(status, 0);
    assert.deepEqual(headsOf(calls), [
      'initdb pgdata.new',
      'single pgdata.new',
      'single pgdata',
      'server pgdata',
    ]);
    assert.ok(calls.includes('create database caudal owner caudal_owner;'));
    assert.ok(existsSync(data) && !existsSync(`${data}.new`));
    assert.ok(calls.includes(`server pgdata -c config_file=${directory}/postgresql.conf`));
  });

  it('starts over where the first start was cut short', async () => {
    const { data, start } = await volume();
    const { status, calls } = await start({ FAILS: 'pgdata.new' });
    assert.notEqual(status, 0);
    assert.deepEqual(headsOf(calls), ['initdb pgdata.new', 'single pgdata.new']);
    assert.ok(!existsSync(data));
    const second = await start();
    assert.equal(second.status, 0);
    assert.equal(headsOf(second.calls)[0], 'initdb pgdata.new');
  });

  it('gives every role the password of today at every start, before it listens', async () => {
    const { start } = await volume();
    await start();
    const { calls } = await start({ CONSUMER_PASSWORD: 'changed' });
    assert.deepEqual(headsOf(calls), ['single pgdata', 'server pgdata']);
    assert.deepEqual(
      calls.filter((line) => line.startsWith('alter role')),
      [
        "alter role caudal_owner password 'own';",
        "alter role caudal_consumer password 'changed';",
        "alter role caudal_console password 'see';",
      ],
    );
    // A statement ends at an empty line.
    for (const [index, line] of calls.entries())
      if (line.startsWith('alter role')) assert.equal(calls[index + 1], '');
    assert.equal(calls.at(-1), '0', 'the server has no password in its environment');
    const failed = await start({ FAILS: 'pgdata' });
    assert.notEqual(failed.status, 0);
    assert.deepEqual(headsOf(failed.calls), ['single pgdata']);
  });

  it('makes roles that came later, also over data that lack them, and lets each in', async () => {
    const { start } = await volume();
    await start();
    const { calls } = await start({ LATER_ROLES: 'orders_api', ORDERS_API_PASSWORD: 'shop' });
    const at = (text: string) => calls.findIndex((line) => line.includes(text));
    assert.deepEqual(headsOf(calls), ['single pgdata', 'server pgdata']);
    assert.ok(at('create role caudal_orders_api login') >= 0);
    assert.ok(
      at('grant connect on database caudal to caudal_orders_api;') > at('create role caudal_orders_api'),
    );
    assert.ok(at("alter role caudal_orders_api password 'shop';") > at('grant connect'));
    for (const text of ['create role caudal_orders_api', 'grant connect'])
      assert.equal(calls[at(text) + 1], '', 'a statement ends at an empty line');
    assert.equal(calls.at(-1), '0', 'the server has no password in its environment');
    const { status, said } = await start({ LATER_ROLES: 'orders_api' });
    assert.equal(status, 1);
    assert.match(said, /the Secret has no value for ORDERS_API_PASSWORD/);
  });

  it('lets replicas copy the server, and connect to no database', async () => {
    const { start } = await volume();
    const { calls } = await start({
      LATER_ROLES: 'orders_api replica',
      ORDERS_API_PASSWORD: 'a',
      REPLICA_PASSWORD: 'b',
    });
    const of = (role: string) => calls.filter((line) => line.includes(`caudal_${role}`));
    assert.deepEqual(of('replica').slice(1), [
      'alter role caudal_replica replication;',
      "alter role caudal_replica password 'b';",
    ]);
    assert.equal(of('orders_api').length, 3);
    for (const line of of('replica'))
      assert.equal(calls[calls.indexOf(line) + 1], '', 'a statement ends at an empty line');
  });

  it('refuses a password that would end a statement, and makes nothing then', async () => {
    const { data, start } = await volume();
    for (const [password, message] of [
      [
        "'; drop database caudal; --",
        'OWNER_PASSWORD may hold only letters, digits and -._~: change it in the Secret',
      ],
      ['', 'the Secret has no value for OWNER_PASSWORD'],
    ] as const) {
      const { status, said, calls } = await start({ OWNER_PASSWORD: password });
      assert.equal(status, 1);
      assert.ok(said.includes(message), said);
      assert.deepEqual(calls, ['']);
    }
    assert.ok(!existsSync(data));
  });

  it('forgets the process ID of a server that was killed', async () => {
    const { data, start } = await volume();
    await start();
    await writeFile(join(data, 'postmaster.pid'), '1\n');
    assert.equal((await start()).status, 0);
    assert.ok(!existsSync(join(data, 'postmaster.pid')));
  });

  it('waits for a server that still has the data open', async () => {
    const { data, start } = await volume();
    await start();
    await writeFile(join(data, 'postmaster.pid'), '1\n');
    const held = spawn('flock', [`${data}.lock`, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(held.stdout, 'data');
    const ended = once(held, 'exit');
    const second = start({}, (said) => {
      if (!said.includes('waiting for the server')) return;
      assert.ok(existsSync(join(data, 'postmaster.pid')), 'its file is left alone');
      held.stdin.end();
    });
    const { status, said, calls } = await second.finally(() => held.stdin.end());
    await ended;
    assert.equal(status, 0);
    assert.match(said, /waiting for the server that still has these data open/);
    assert.deepEqual(headsOf(calls), ['single pgdata', 'server pgdata']);
  });

  it('closes data to the group that a volume was given', async () => {
    const { data, start } = await volume();
    await start();
    await mkdir(join(data, 'base'));
    await chmod(data, 0o770);
    await start();
    const { mode } = statSync(data);
    assert.equal(mode & 0o777, 0o700);
  });
});
