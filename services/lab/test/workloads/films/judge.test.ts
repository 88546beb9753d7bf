import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Judged, judge } from '../../../src/workloads/films/judge.ts';
import { judgeFilms } from '../../../src/workloads/films/verify/judge-films.ts';
import { filmsCase } from '../../support/films-case.ts';

const SHARING = ['replica-1', 'replica-2'];

function judged(change: Partial<Judged> = {}): Judged {
  return {
    account: judgeFilms(filmsCase()),
    reads: {
      byServer: { 'replica-1': 20, 'replica-2': 75, primary: 5 },
      retries: 0,
      lastResort: 5,
      cacheHits: 0,
    },
    sharing: SHARING,
    ...change,
  };
}

function findingsOf(change: Partial<Judged>): readonly string[] {
  return judge(judged(change)).findings.map(({ kind, subject, count }) => `${kind} ${subject} ${count}`);
}

describe('the verdict on films', () => {
  it('is exact when all answers are right and the replicas share the reads', () => {
    const verdict = judge(judged());
    assert.deepEqual(verdict, { promises: 11, kept: 11, unknown: 0, findings: [], exact: true });
  });

  it('is not exact when nothing was asked', () => {
    const account = judgeFilms({ ...filmsCase(), ledger: { lines: [], wrongAnswers: [] }, counted: 0 });
    assert.equal(judge(judged({ account })).exact, false);
  });

  it('allows a thousandth of the questions to be asked again', () => {
    const { account } = judged();
    const many = { ...account, asked: 20_000, answered: 20_000, right: 20_000 };
    assert.deepEqual(findingsOf({ account: { ...many, savedByRetry: 20 } }), []);
    assert.deepEqual(findingsOf({ account: { ...many, savedByRetry: 21 } }), ['over-budget requests 21']);
  });

  it('names a replica that answers less than a fifth', () => {
    const reads = { ...judged().reads, byServer: { 'replica-1': 19, 'replica-2': 81 } };
    assert.deepEqual(findingsOf({ reads }), ['unused replica-1 1']);
    assert.deepEqual(findingsOf({ reads, sharing: [] }), []);
    assert.deepEqual(findingsOf({ reads: { ...reads, byServer: {} } }), [
      'unused replica-1 1',
      'unused replica-2 1',
    ]);
  });
});
