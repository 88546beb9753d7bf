import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { waitUntil } from '../../lib/wait-until.ts';
import { descriptionOf } from '../../servers/descriptions/index.ts';
import { type Servers, startServers } from '../../servers/servers.ts';

/** What a replica of PostgreSQL does when it cannot follow, and when it is promoted. */

const name = 'postgresql-replica-1';
let directory = '';
let servers: Servers;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'caudal-replicas-'));
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  // The server that it needs starts with it.
  servers = await startServers({ only: [name], dataDirectory: directory, onProgress });
});

after(async () => {
  await servers?.down();
  await rm(directory, { recursive: true, force: true });
});

const ask = async (server: 'postgresql' | typeof name, ...statements: string[]): Promise<string> => {
  const commands = statements.flatMap((statement) => ['-c', statement]);
  const { adminUrl } = servers.addresses[server];
  return (
    await servers.execute(server, ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', ...commands, adminUrl])
  ).trim();
};
const onPrimary = (...statements: string[]) => ask('postgresql', ...statements);
const onReplica = (...statements: string[]) => ask(name, ...statements);
/** Waits until a question has this answer; a server that does not answer yet is asked again. */
const becomes = (question: () => Promise<string>, answer: string) =>
  waitUntil(
    () =>
      question().then(
        (found) => found === answer,
        () => false,
      ),
    { timeoutMs: 60_000 },
  );
const slot = () => onPrimary("select wal_status from pg_replication_slots where slot_name = 'replica_1'");
const status = () => descriptionOf(name).describeStatus?.((command) => servers.execute(name, command));

test('a replica whose primary no longer keeps what it lacks serves what it has, and then copies its primary again', async () => {
  await onPrimary('create table rows as select 1 as value');
  assert.ok(await becomes(() => onReplica('select count(*) from rows'), '1'));
  assert.match((await status()) ?? '', /^follows, \d+ bytes behind$/);
  await onReplica("alter system set primary_conninfo = ''", 'select pg_reload_conf()');
  const isActive = () => onPrimary("select active from pg_replication_slots where slot_name = 'replica_1'");
  assert.ok(await becomes(isActive, 'f'));
  await onPrimary("alter system set max_slot_wal_keep_size = '1MB'", 'select pg_reload_conf()');
  for (let value = 2; value <= 4; value += 1)
    await onPrimary(`insert into rows values (${value})`, 'select pg_switch_wal()');
  await onPrimary('checkpoint');
  assert.equal(await slot(), 'lost');
  await onPrimary('alter system reset max_slot_wal_keep_size', 'select pg_reload_conf()');
  assert.equal(await onReplica('select count(*) from rows'), '1');
  assert.equal(await status(), 'does not follow its primary');

  await onReplica('alter system reset primary_conninfo', 'select pg_reload_conf()');
  assert.ok(await becomes(() => onReplica('select count(*) from rows'), '4'));
  assert.ok(await becomes(slot, 'reserved'));
});

test('a primary that lost its data is copied, and what the replica has of the lost ones is kept beside', async () => {
  await servers.kill('postgresql');
  await rm(join(directory, 'postgresql', 'pgdata'), { recursive: true });
  await servers.start('postgresql');
  await onPrimary('create table fresh as select 1 as value');
  assert.ok(await becomes(() => onReplica('select value from fresh'), '1'));
  const kept = (await readdir(join(directory, name))).filter((entry) => entry.startsWith('pgdata.of-'));
  assert.equal(kept.length, 1);
  const files = await readdir(join(directory, name, kept[0] ?? ''));
  assert.ok(files.includes('PG_VERSION') && files.includes('base'));
});

test('a replica that was promoted takes writes, also after SIGKILL, and never copies a primary again', async () => {
  await servers.kill('postgresql');
  assert.equal(await onReplica('select pg_promote()'), 't');
  await onReplica('insert into fresh values (2)');
  await servers.kill(name);
  await servers.start('postgresql');
  await servers.start(name);
  assert.equal(await status(), 'promoted: takes writes');
  await onReplica('insert into fresh values (3)');
  assert.equal(await onReplica('select count(*) from fresh'), '3');
  assert.equal(await onPrimary('select count(*) from fresh'), '1');
});
