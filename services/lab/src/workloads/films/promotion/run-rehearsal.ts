import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../../../../../../tools/lib/wait-until.ts';
import type { ExperimentContext, Findings } from '../../../experiments/experiment.ts';
import { judgeRehearsal, type Rehearsal, renderRehearsal } from './judge-rehearsal.ts';
import { connect, startWriters } from './writers.ts';

const REPLICAS = ['postgresql-replica-1', 'postgresql-replica-2'] as const;
type Replica = (typeof REPLICAS)[number];

const TIMEOUT_MS = 120_000;

/** What a rehearsal is to be like. */
export interface RehearsalSettings {
  readonly commit: 'replica' | 'primary';
  readonly writers: number;
  /** How long there are writes before the kill. */
  readonly seconds: number;
}

/**
 * Kills the primary under writes and gives its place to the replica that has received most; the steps are those of
 * docs/kubernetes/postgresql-replicas.md.
 */
export async function runRehearsal(
  { commit, writers: count, seconds }: RehearsalSettings,
  { servers, versions, say, signal }: ExperimentContext,
): Promise<Findings> {
  const { addresses } = servers;
  let primaryUrl = addresses.postgresql.adminUrl;
  await run(primaryUrl, 'create table rehearsal (id bigint primary key)');
  if (commit === 'replica') {
    await run(primaryUrl, "alter system set synchronous_standby_names = 'ANY 1 (replica_1, replica_2)'");
    await run(primaryUrl, 'select pg_reload_conf()');
  }
  const isThere = async (url: string): Promise<boolean> =>
    (await run(url, "select to_regclass('rehearsal') is not null")) === 't';
  for (const name of REPLICAS) await until(name, () => isThere(addresses[name].adminUrl));

  const writers = startWriters(count, () => primaryUrl);
  try {
    await until('the first row', async () => writers.acknowledged.length > 0);
    await sleep(seconds * 1_000, undefined, { signal });
    say('killing the primary …');
    const killedAtMs = performance.now();
    await servers.kill('postgresql');

    const promoted = await furthest();
    const follower = REPLICAS.find((name) => name !== promoted) as Replica;
    const newUrl = addresses[promoted].adminUrl;
    say(`promoting ${promoted}, which has received most …`);
    await run(newUrl, 'select pg_promote(true)');
    const promotedAtMs = performance.now();
    primaryUrl = newUrl;

    const followed = await run(addresses[follower].adminUrl, "select current_setting('primary_conninfo')");
    const follows = followed.replace(/\bport=\d+/, `port=${new URL(newUrl).port}`);
    await run(addresses[follower].adminUrl, `alter system set primary_conninfo = '${follows}'`);
    await run(addresses[follower].adminUrl, 'select pg_reload_conf()');
    await until(
      follower,
      async () =>
        (await run(newUrl, "select count(*) from pg_stat_replication where state = 'streaming'")) === '1',
    );
    const followedAtMs = performance.now();
    say(`${follower} follows it`);
    const before = writers.acknowledged.length;
    await until('rows after that', async () => writers.acknowledged.length >= before + count);
    await writers.stop();

    const found = await readRows(newUrl);
    const followerUrl = addresses[follower].adminUrl;
    await until(follower, async () => (await readRows(followerUrl)).size >= found.size);
    const rehearsal: Rehearsal = {
      commit,
      promoted,
      follower,
      killedAtMs,
      promotedAtMs,
      followedAtMs,
      acknowledged: writers.acknowledged,
      found,
      followed: await readRows(followerUrl),
    };
    const verdict = judgeRehearsal(rehearsal);
    const { acknowledged, found: _, followed: __, ...times } = rehearsal;
    return {
      passed: verdict.passed,
      figures: { verdict, ...times, acknowledged: acknowledged.length },
      markdown: renderRehearsal(rehearsal, verdict, [
        ['a commit waits for', commit === 'replica' ? 'the primary and one replica' : 'the primary alone'],
        ['writers', `${count}, each one row at a time, for ${seconds} s before the kill`],
        ['kill', 'SIGKILL of the primary and all its processes'],
        ['PostgreSQL', versions.postgresql ?? ''],
      ]),
    };
  } finally {
    await writers.stop();
  }

  /** The replica that has received most, and so all that any commit has waited for. */
  async function furthest(): Promise<Replica> {
    const [one, two] = REPLICAS;
    const received = await run(addresses[one].adminUrl, 'select pg_last_wal_receive_lsn()');
    const isAhead = await run(addresses[two].adminUrl, `select pg_last_wal_receive_lsn() > '${received}'`);
    return isAhead === 't' ? two : one;
  }

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const everyMs = 20;
    if (!(await waitUntil(isSo, { timeoutMs: TIMEOUT_MS, everyMs, signal })))
      throw new Error(`${what}: not within ${TIMEOUT_MS / 1_000} s`);
  }
}

/** Runs a statement on a connection of its own; resolves with its first value as PostgreSQL writes it. */
async function run(url: string, statement: string): Promise<string> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array', types: TEXT });
    return String(rows[0]?.[0] ?? '');
  } finally {
    await client.end();
  }
}

/** Values as text. */
const TEXT = { getTypeParser: () => String };

async function readRows(url: string): Promise<ReadonlySet<number>> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ id: string }>('select id from rehearsal');
    return new Set(rows.map(({ id }) => Number(id)));
  } finally {
    await client.end();
  }
}
