import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { k6Scenario } from '../../lib/executors.ts';
import { buildFilmsAccount } from '../../lib/films/account.ts';
import { renderFilmsAccount } from '../../lib/films/account-table.ts';
import { filmLine, wrongFilmLine } from '../../lib/films/ledger.ts';
import { type FilmsScenario, filmsProfiles } from '../../lib/films/profiles.ts';
import { readFilmsSettings } from '../../lib/films/settings.ts';
import { filmsGates, filmsThresholds } from '../../lib/films/thresholds.ts';
import type { SummaryData } from '../../lib/summary.ts';
import type { Environment } from '../../lib/variables.ts';

function problemsOf(env: Environment, scenario: FilmsScenario): string {
  try {
    readFilmsSettings(scenario, env);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return '';
}

describe('settings of films', () => {
  it('ask twenty thousand queries by fifty users, each a second time if need be', () => {
    const settings = readFilmsSettings('films-seed', {});
    assert.deepEqual(k6Scenario(settings), {
      executor: 'shared-iterations',
      vus: 50,
      iterations: 20_000,
      maxDuration: '1800000ms',
      gracefulStop: '20000ms',
    });
    assert.equal(settings.baseUrl, 'http://localhost:8084');
    assert.equal(settings.retries, 1);
    assert.deepEqual(filmsGates(settings).films_answered, ['count>=20000']);
    assert.deepEqual(
      filmsGates(readFilmsSettings('films-seed', { QUERIES: '50', MAX_FAILED: '3' })).films_answered,
      ['count>=47'],
    );
  });

  it('finish every smoke within seconds', () => {
    for (const sizes of Object.values(filmsProfiles)) {
      const { load } = sizes.smoke;
      const isShort =
        load.kind === 'fixed-count'
          ? load.messages <= 200
          : load.stages.reduce((sum, { durationMs }) => sum + durationMs, 0) <= 5000;
      assert.ok(isShort);
    }
  });

  it('climb and fall with the rate of a ramp', () => {
    const scenario = k6Scenario(readFilmsSettings('films-ramp', { RATE: '90', DURATION: '10s' }));
    assert.ok(scenario.executor === 'ramping-arrival-rate');
    assert.deepEqual(
      scenario.stages.map(({ target }) => target),
      [90, 90, 0],
    );
  });

  it('keep connections only where nothing is lost by it', () => {
    const connections = (scenario: FilmsScenario, env: Environment = {}): string =>
      readFilmsSettings(scenario, env).connections;
    assert.equal(connections('films-seed'), 'kept');
    assert.equal(connections('films-seed', { RETRIES: '0' }), 'fresh');
    assert.equal(connections('films-ramp'), 'fresh');
    assert.equal(connections('films-ramp', { CONNECTIONS: 'kept' }), 'kept');
  });

  it('refuse wrong values, each with the fix', () => {
    for (const [name, value] of Object.entries({ RETRIES: '2', CONNECTIONS: 'none', MAX_FAILED: '-1' })) {
      assert.ok(problemsOf({ [name]: value }, 'films-browse').includes(`- ${name}=${value}: use`), name);
    }
    assert.match(problemsOf({ QUERIES: '0' }, 'films-seed'), /- QUERIES=0: use a whole number/);
    assert.match(problemsOf({ QUERIES: '5' }, 'films-ramp'), /QUERIES does not apply.*run films-seed\.ts/);
    assert.match(problemsOf({ RATE: '5' }, 'films-seed'), /RATE does not apply.*run films-browse\.ts/);
    assert.match(problemsOf({ RETRY: 'off' }, 'films-seed'), /RETRY does not apply.*RETRIES=0 or 1/);
    assert.match(problemsOf({ RETRY_FOR_SECONDS: '5' }, 'films-seed'), /RETRY_FOR_SECONDS does not apply/);
    assert.match(problemsOf({ K6_ITERATIONS: '5' }, 'films-seed'), /K6_ITERATIONS is set.*-e QUERIES/);
  });
});

describe('lines of the films ledger', () => {
  it('say what was asked and what was answered', () => {
    const line = {
      kind: 'words',
      path: '/films?q=a%20b',
      status: 200,
      attempts: 2,
      version: 7,
      digest: '0123456789abcdef',
    } as const;
    assert.equal(
      filmLine({ ...line, ids: ['Q1', 'Q2'] }),
      'FILM words /films?q=a%20b 200 2 7 0123456789abcdef Q1,Q2',
    );
    assert.equal(filmLine({ ...line, ids: [] }), 'FILM words /films?q=a%20b 200 2 7 0123456789abcdef -');
  });

  it('have as many words where nothing was answered, and whatever is called the next page', () => {
    assert.equal(
      filmLine({ kind: 'film', path: '/films/Q1', status: 0, attempts: 1 }),
      'FILM film /films/Q1 0 1 - - -',
    );
    const next = '/films?q="ñ\\ \ud800"\n';
    assert.equal(
      filmLine({ kind: 'page', path: next, status: 400, attempts: 1 }),
      'FILM page /films?q=%22%C3%B1%5C%20%EF%BF%BD%22%0A 400 1 - - -',
    );
    assert.equal(
      wrongFilmLine('page', '/films?q=a b', 'has "ñ"\n'),
      'WRONG-FILM page /films?q=a%20b has ????',
    );
  });
});

describe('account of films', () => {
  const settings = readFilmsSettings('films-seed', { QUERIES: '30' });
  const run = { runId: 'r1', startedAtMs: 0, keyPrefix: 'r1' };
  const counts: Record<string, number> = {
    'films_asked{kind:prefix}': 25,
    'films_answered{kind:prefix}': 20,
    'films_failed{kind:prefix}': 2,
    'films_saved_by_retry{kind:prefix}': 4,
    'films_asked{kind:page}': 6,
    'films_answered{kind:page}': 6,
    'films_wrong{kind:page}': 1,
    'films_answered_by{server:replica-1}': 9,
    'films_answered_by{server:cache}': 17,
  };
  const data: SummaryData = {
    metrics: {
      ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, { values: { count } }])),
      films_wrong: { values: { count: 1 }, thresholds: { 'count<=0': { ok: false } } },
      'http_req_duration{name:get-films,status:200,kind:page}': {
        values: { count: 6, med: 1.25, 'p(99)': 8 },
      },
    },
  };
  const account = buildFilmsAccount(data, settings, run, 2000);

  it('leaves what was cut off as unanswered', () => {
    assert.deepEqual(account.queries, {
      asked: 31,
      answered: 26,
      failed: 2,
      unanswered: 3,
      savedByRetry: 4,
      wrong: 1,
    });
    assert.deepEqual(Object.keys(account.byKind), ['prefix', 'page']);
    assert.equal(account.byKind.prefix?.unanswered, 3);
    assert.equal(account.byKind.page?.latencyMs.p50, 1.25);
    assert.deepEqual(account.answeredBy, { 'replica-1': 9, cache: 17 });
  });

  it('fails with one wrong answer, and says so', () => {
    assert.equal(account.thresholds.passed, false);
    const text = renderFilmsAccount(account);
    assert.match(text, /prefix +25 +20 +5 +4 +0 +– +–\n/);
    assert.match(text, /page +6 +6 +0 +0 +1 +1\.3 +8\.0\n/);
    assert.match(text, /all +31 +26 +5 +4 +1 /);
    assert.match(text, /read from replica-1 34\.6 %, cache 65\.4 %\n/);
    assert.match(text, /FAILED {4}films_wrong: count<=0/);
  });

  it('can count whatever it shows', () => {
    const shown = Object.keys(filmsThresholds(settings));
    const named = [...Object.keys(counts), 'http_req_duration{name:get-films,status:200,kind:page}'];
    for (const metric of named) assert.ok(shown.includes(metric), metric);
  });
});
