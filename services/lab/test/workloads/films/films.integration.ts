import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import type { FilmsAccount as LoadAccount } from '../../../../../load-tests/lib/films/account.ts';
import { localLoad } from '../../../src/load/run-k6.ts';
import { type Stack, startStack } from '../../../src/stack/stack.ts';
import { judge } from '../../../src/workloads/films/judge.ts';
import { type FilmsResult, measureFilms } from '../../../src/workloads/films/load/measure-films.ts';
import { oracleOf } from '../../../src/workloads/films/oracle-of.ts';
import { API, filmsServices, REPLICAS } from '../../../src/workloads/films/services.ts';
import { judgeFilms } from '../../../src/workloads/films/verify/judge-films.ts';
import { readLedger } from '../../../src/workloads/films/verify/ledger.ts';
import type { Oracle } from '../../../src/workloads/films/verify/oracle/oracle.ts';
import { readVersions } from '../../../src/workloads/films/verify/read-versions.ts';
import { useK6 } from '../../support/use-k6.ts';

// first: it imports all films
const servers = useServers('postgresql', 'postgresql-replica-1', 'postgresql-replica-2');
const k6 = useK6();

describe('a load of films', () => {
  let directory: string;
  let stack: Stack;
  let oracle: Oracle;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-films-'));
    oracle = await oracleOf(undefined);
    stack = await startStack({
      addresses: servers().addresses,
      services: filmsServices(),
      stateDirectory: directory,
      onEvent: () => undefined,
    });
  });
  after(async () => {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const logOf = (name: string): string => join(directory, `${name}.log`);

  function measured(
    name: string,
    queries: number,
    sharing: readonly string[],
    onStarted?: () => void,
  ): Promise<FilmsResult> {
    const startLoad = localLoad({
      k6: k6(),
      scenario: 'films-seed',
      baseUrl: stack.url(API),
      variables: { QUERIES: String(queries), USERS: '10', SEED: name, P95_MS: '600000', P99_MS: '600000' },
      logFile: logOf(name),
      accountFile: join(directory, `${name}.json`),
    });
    return measureFilms({
      oracle,
      sharing,
      readVersions: () => readVersions(servers().addresses.postgresql.films.ownerUrl),
      metricsUrls: stack.metricsUrls,
      startLoad: (signal) => startLoad<LoadAccount>(signal),
      onLoadStarted: () => onStarted?.(),
      onProgress: () => undefined,
    });
  }

  it('is exact, answer by answer, and shared by the replicas', async () => {
    const result = await measured('all', 1_000, REPLICAS);
    const { account, reads } = result;
    assert.deepEqual(judge(result).findings, []);
    assert.equal(account.asked, result.load.queries.asked);
    assert.deepEqual([account.right, account.failed], [account.asked, 0]);
    assert.ok(account.asked >= 1_000 && account.laterPages > 0 && account.distinct > 500);
    assert.ok(reads.cacheHits > 0);
    assert.equal(account.versions.length, 1);
  });

  it('is exact when a replica is killed meanwhile', async () => {
    let killing: Promise<void> | undefined;
    const result = await measured('killed', 1_000, [], () => {
      killing = servers().kill('postgresql-replica-1');
    });
    await killing;
    await servers().start('postgresql-replica-1');
    const findings = judge(result).findings.filter(({ kind }) => kind !== 'over-budget');
    assert.deepEqual(findings, []);
    assert.ok((result.reads.byServer['replica-2'] ?? 0) > 0);
    await eventually(
      () => servers().status('postgresql-replica-1'),
      (status) => status === 'running',
    );
  });

  it('is judged again from its ledger, and no more exact with an answer of another question', async () => {
    const { versions, load } = await measured('again', 100, []);
    const ledger = readLedger(await readFile(logOf('again'), 'utf8'));
    const counted = load.queries.asked;
    assert.deepEqual(judgeFilms({ ledger, counted, oracle, versions }).findings, []);
    const [first, ...others] = ledger.lines;
    const other = others.find(({ digest }) => digest !== first?.digest);
    assert.ok(first && other);
    const { ids, digest } = other;
    const lines = [{ ...first, ids, digest }, ...others];
    const { findings } = judgeFilms({ ledger: { ...ledger, lines }, counted, oracle, versions });
    assert.equal(findings.length, 1);
  });
});
