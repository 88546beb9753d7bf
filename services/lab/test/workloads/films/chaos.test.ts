import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '@caudal/common/metrics';
import { isFelt } from '../../../src/chaos/evidence.ts';
import type { Increases } from '../../../src/load/metrics-watch.ts';
import { failuresOf } from '../../../src/workloads/films/chaos.ts';
import { BREAKABLE_SERVERS, feltBy, SIGNS } from '../../../src/workloads/films/faults.ts';
import { filmsServices } from '../../../src/workloads/films/services.ts';
import { judgeFilms } from '../../../src/workloads/films/verify/judge-films.ts';
import { filmsCase } from '../../support/films-case.ts';

type Result = Parameters<typeof failuresOf>[0];

/** A run in which `failed` of 20,000 questions failed, and `saved` at first. */
function run({ failed = 0, saved = 0, retries = 1, answered = 20_000 } = {}): Result {
  const account = judgeFilms(filmsCase());
  const lost = {
    kind: 'lost',
    subject: 'requests',
    count: failed,
    detail: 'no answer',
    examples: [],
  } as const;
  return {
    account: {
      ...account,
      asked: 20_000,
      answered: 20_000 - failed,
      right: 20_000 - failed,
      failed,
      savedByRetry: saved,
      findings: failed > 0 ? [lost] : [],
    },
    load: { retries, queries: { answered } } as Result['load'],
    reads: { byServer: {}, retries: 0, lastResort: 0, cacheHits: 0 },
    sharing: [],
  };
}

describe('a run of chaos on films', () => {
  const failures = (result: Result) => failuresOf(result, { messages: 20_000 });

  it('passes with right answers, of which a thousandth was asked for twice', () => {
    assert.deepEqual(failures(run({ saved: 20 })), []);
    assert.match(failures(run({ saved: 21 })).join(), /^over-budget 21 in requests/);
  });

  it('fails with one failure where the client asks once more, and with more than a thousandth where it does not', () => {
    assert.match(failures(run({ failed: 1 })).join(), /^lost 1 in requests/);
    assert.deepEqual(failures(run({ failed: 20, retries: 0 })), []);
    assert.match(failures(run({ failed: 21, retries: 0 })).join(), /^lost 21 in requests/);
  });

  it('fails when fewer questions were answered than were to be asked', () => {
    assert.match(failures(run({ answered: 19_999 })).join(), /^only 19999 of 20000 questions/);
  });
});

describe('the signs of a fault on films', () => {
  const increases = (name: string, labels: Readonly<Record<string, string>> = {}): Increases => ({
    counter: (asked, wanted = {}) =>
      asked === name && Object.entries(wanted).every(([key, value]) => labels[key] === value) ? 3 : 0,
    buckets: () => new Map(),
  });
  const seen = (name: string, labels?: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      SIGNS.flatMap((sign) => {
        const count = sign.count?.(increases(name, labels)) ?? 0;
        return count === 0 ? [] : [[sign.name, count]];
      }),
    );

  it('are read each from its own metric', () => {
    assert.deepEqual(seen(METRICS.filmRequests.name, { status: '503' }), { unavailable: 3 });
    assert.deepEqual(seen(METRICS.filmRequests.name, { status: '200' }), {});
    assert.deepEqual(seen(METRICS.filmRetries.name), { readRetries: 3 });
    assert.deepEqual(seen(METRICS.filmLastResort.name), { lastResort: 3 });
    assert.deepEqual(seen(METRICS.filmReplicaOuts.name, { server: 'replica-2' }), { 'leftOut-replica-2': 3 });
  });

  it('are of the server that was broken', () => {
    const felt = BREAKABLE_SERVERS.find(({ name }) => name === 'postgresql-replica-2')?.felt('kill') ?? [];
    assert.equal(isFelt(felt, { 'leftOut-replica-2': 1 }), true);
    assert.equal(isFelt(felt, { 'leftOut-replica-1': 1, readRetries: 5 }), false);
  });

  it('of a process are cut requests when it is killed, and late answers when it is suspended', () => {
    const [api] = filmsServices();
    assert.ok(api);
    assert.equal(isFelt(feltBy(api)?.('kill') ?? [], { requestsCutOff: 1 }), true);
    assert.equal(isFelt(feltBy(api)?.('kill') ?? [], { answersLate: 1 }), false);
    assert.equal(isFelt(feltBy(api)?.('stop') ?? [], { answersLate: 1 }), true);
    assert.equal(feltBy({ name: 'another' }), undefined);
  });
});
