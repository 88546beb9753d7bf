import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { FilmsAccount } from '../../lib/films/account.ts';
import type { Faults } from '../faults.ts';
import { type FaultyFilms, type FilmsBehaviour, type FilmsLie, startFaultyFilms } from '../faulty-films.ts';
import { type K6Run, runK6, startK6 } from '../run-k6.ts';

type Variables = Record<string, string | number>;
type Line = {
  kind: string;
  path: string;
  status: number;
  attempts: number;
  version: string;
  digest: string;
  ids: string[];
};
type Run = Omit<K6Run<FilmsAccount>, 'account'> & { account: FilmsAccount; ledger: Line[] };

/** All that a second attempt helps against. */
const passingFaults: Faults = { '503-before': 0.15, '408': 0.05, 'reset-before': 0.1, 'silent-after': 0.03 };

/** Exit status of k6 after Ctrl-C. */
const interrupted = 105;

/** However slow the machine is: only answers are judged here. */
const patient: Variables = { P95_MS: 60_000, P99_MS: 60_000, MAX_DROPPED: 1000, REQUEST_TIMEOUT: '5s' };

/** Enough arrivals for each kind. */
const arriving: Variables = { RATE: 150, DURATION: '2s', USERS: 20 };

async function startTarget(t: TestContext, behaviour: FilmsBehaviour = {}): Promise<FaultyFilms> {
  const target = await startFaultyFilms(behaviour);
  t.after(() => target.close());
  return target;
}

/** The ledger as whoever judges reads it. */
function ledgerIn(output: string): Line[] {
  const lines = output.matchAll(
    /msg="FILM (\S+) (\/\S+) (\d{1,3}) ([12]) (\d+|-) ([0-9a-f]{16}|-) ([\w,-]+)"/g,
  );
  return [...lines].map(
    ([, kind = '', path = '', status, attempts, version = '', digest = '', ids = '']) => ({
      kind,
      path,
      status: Number(status),
      attempts: Number(attempts),
      version,
      digest,
      ids: ids === '-' ? [] : ids.split(','),
    }),
  );
}

/** Accounts and ledger agree with each other. */
function finish({ account, ...run }: K6Run<FilmsAccount>): Run {
  assert.ok(account !== undefined, `no account was written:\n${run.output}`);
  const { queries, byKind } = account;
  const ledger = ledgerIn(run.output);
  assert.equal(run.output.match(/"FILM /g)?.length ?? 0, ledger.length, 'lines that cannot be read');
  assert.equal(queries.asked, queries.answered + queries.failed + queries.unanswered);
  const settled = queries.answered + queries.failed;
  // An interrupt may strike between the line of a query and its count.
  if (run.exitCode === interrupted) assert.ok(ledger.length >= settled && ledger.length <= queries.asked);
  else assert.equal(ledger.length, settled);
  for (const name of ['asked', 'answered', 'failed', 'savedByRetry', 'wrong'] as const) {
    const sum = Object.values(byKind).reduce((total, counts) => total + counts[name], 0);
    assert.equal(queries[name], sum, name);
  }
  const answers = Object.values(account.answeredBy).reduce((total, count) => total + count, 0);
  if (run.exitCode !== interrupted) assert.equal(answers, queries.answered);
  return { ...run, account, ledger };
}

async function ask(
  t: TestContext,
  script: string,
  target: FaultyFilms,
  variables: Variables = {},
): Promise<Run> {
  return finish(
    await runK6<FilmsAccount>(t, `films-${script}.ts`, {
      BASE_URL: target.url,
      PROFILE: 'smoke',
      ...patient,
      ...variables,
    }),
  );
}

/** Holds the ledger against the server's own books. */
function checkLedger({ ledger, output }: Run, target: FaultyFilms): void {
  for (const { path, status, digest, version } of ledger) {
    if (status !== 200) assert.deepEqual([digest, version], ['-', '-'], path);
    else assert.deepEqual([digest, version], [target.digests.get(path), '3'], `${path}\n${output}`);
  }
  const attempts = new Map<string, number>();
  for (const line of ledger) attempts.set(line.path, (attempts.get(line.path) ?? 0) + line.attempts);
  assert.deepEqual([...attempts].sort(), [...target.requests].sort());
}

function struckIn({ struck }: FaultyFilms): number {
  return [...struck.values()].reduce((sum, faults) => sum + faults, 0);
}

describe('scripts that ask for films', () => {
  it("films-seed.ts asks as many queries as it is to, and has each answered, by the server's own books", async (t) => {
    const target = await startTarget(t, { faults: passingFaults });
    const run = await ask(t, 'seed', target, { QUERIES: 400, USERS: 20, CONNECTIONS: 'fresh' });
    const { queries, requests, byKind } = run.account;
    assert.equal(run.exitCode, 0, run.output);
    checkLedger(run, target);
    for (const fault of Object.keys(passingFaults)) assert.ok(target.struck.has(fault as never), fault);
    assert.equal(queries.answered, queries.asked);
    assert.equal(queries.savedByRetry, struckIn(target));
    assert.equal(run.ledger.filter(({ attempts }) => attempts === 2).length, queries.savedByRetry);
    const later = run.ledger.filter(({ path }) => path.includes('cursor='));
    assert.equal(queries.asked, 400 + later.length);
    assert.ok(later.length > 0 && later.every(({ kind }) => kind === 'page'));
    assert.equal(requests.total, queries.asked);
    assert.equal(requests.retries, queries.savedByRetry);
    assert.equal(requests.status['200'], queries.answered);
    assert.deepEqual(Object.keys(byKind).sort(), [...new Set(run.ledger.map(({ kind }) => kind))].sort());
    assert.deepEqual(Object.keys(run.account.answeredBy).sort(), [
      'cache',
      'other',
      'primary',
      'replica-1',
      'replica-2',
    ]);
  });

  it('without a retry fail by what was not answered, whether a connection was used before or not', async (t) => {
    const target = await startTarget(t, { faults: passingFaults });
    const run = await ask(t, 'seed', target, { RETRIES: 0 });
    assert.equal(run.exitCode, 99, run.output);
    assert.match(run.output, /FAILED .*films_failed: count<=0/);
    checkLedger(run, target);
    assert.equal(run.account.queries.failed, struckIn(target));
    assert.equal(run.account.queries.savedByRetry, 0);
    const other = await startTarget(t, { faults: passingFaults });
    const allowed = await ask(t, 'seed', other, { RETRIES: 0, MAX_FAILED: 200 });
    assert.equal(allowed.exitCode, 0, allowed.output);
    assert.ok(allowed.account.queries.failed > 0);
  });

  it('films-browse.ts asks for everything, and takes what is not there for an answer', async (t) => {
    const target = await startTarget(t);
    const run = await ask(t, 'browse', target, arriving);
    assert.equal(run.exitCode, 0, run.output);
    checkLedger(run, target);
    assert.equal(Object.keys(run.account.byKind).length, 10);
    const empty = await startTarget(t, { hasNone: true });
    const missed = await ask(t, 'browse', empty, arriving);
    assert.equal(missed.exitCode, 0, missed.output);
    checkLedger(missed, empty);
    const missing = missed.ledger.filter(({ status }) => status === 404).map(({ kind }) => kind);
    assert.deepEqual([...new Set(missing)].sort(), ['director', 'film']);
  });

  it('films-ramp.ts ends where it began, with a connection for each request', async (t) => {
    const target = await startTarget(t);
    const run = await ask(t, 'ramp', target, { RATE: 60, DURATION: '3s', USERS: 10 });
    assert.equal(run.exitCode, 0, run.output);
    checkLedger(run, target);
    assert.ok(run.account.queries.answered > 60);
  });

  it('ask the same for the same seed', async (t) => {
    const asked = async (seed: string): Promise<string[]> => {
      const target = await startTarget(t);
      await ask(t, 'seed', target, { SEED: seed });
      return [...target.requests.keys()].sort();
    };
    const first = await asked('a');
    assert.deepEqual(await asked('a'), first);
    assert.notDeepEqual(await asked('b'), first);
  });
});

describe('an API of films that is wrong', () => {
  const lies: readonly [FilmsLie, string, RegExp][] = [
    ['another-film', 'browse', /WRONG-FILM film \/films\/Q\d+ is about Q0"/],
    ['repeats', 'seed', /WRONG-FILM page \/films\?\S+cursor=\S+ repeats Q\d+"/],
    ['another-version', 'seed', /WRONG-FILM page \/films\?\S+cursor=\S+ is of version 4, after 3"/],
    ['torn', 'seed', /WRONG-FILM \w+ \/films\?\S+ is no JSON"/],
  ];
  for (const [lie, script, finding] of lies) {
    it(`does not pass: ${lie}`, async (t) => {
      const target = await startTarget(t, { lie });
      const run = await ask(t, script, target, script === 'browse' ? arriving : {});
      assert.equal(run.exitCode, 99, run.output);
      assert.match(run.output, finding);
      assert.match(run.output, /FAILED .*films_wrong: count<=0/);
      assert.equal(run.account.thresholds.passed, false);
      assert.equal(run.account.queries.wrong, run.output.match(/"WRONG-FILM /g)?.length);
    });
  }

  it('does not pass: refuses', async (t) => {
    const target = await startTarget(t, { lie: 'refuses' });
    const run = await ask(t, 'seed', target);
    assert.equal(run.exitCode, 99, run.output);
    const refused = run.ledger.filter(({ status }) => status === 404);
    assert.equal(run.account.queries.failed, refused.length);
    assert.ok(refused.length > 100 && refused.every(({ attempts }) => attempts === 1));
  });
});

describe('a run of queries that ends early', () => {
  it('has a line for each query that was answered', async (t) => {
    const target = await startTarget(t, { faults: { 'silent-after': 0.2 } });
    const started = await startK6<FilmsAccount>(t, 'films-seed.ts', {
      BASE_URL: target.url,
      QUERIES: 100_000,
      USERS: 20,
    });
    await target.whenAsked(60);
    started.child.kill('SIGINT');
    const run = finish(await started.finished);
    assert.equal(run.exitCode, interrupted, run.output);
    assert.ok(run.account.queries.unanswered > 0);
  });

  it('does not begin without an API, or where k6 would ignore its scenario', async (t) => {
    const target = await startTarget(t);
    const byFlag = await runK6(
      t,
      'films-seed.ts',
      { BASE_URL: target.url },
      { args: ['--duration', '1s', '--vus', '1'] },
    );
    assert.equal(byFlag.exitCode, 108, byFlag.output);
    assert.match(byFlag.output, /replace this scenario: use -e USERS, DURATION, QUERIES, RATE/);
    assert.equal(target.requests.size, 0);
    await target.close();
    const { exitCode, output } = await runK6(t, 'films-seed.ts', { BASE_URL: target.url });
    assert.equal(exitCode, 108, output);
    assert.match(output, /no films API at .*start it, or set/);
  });
});
