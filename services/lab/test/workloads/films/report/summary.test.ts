import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PLAIN } from '../../../../src/cli/painter.ts';
import { accountSummary, readsLine, verdictLine } from '../../../../src/workloads/films/report/summary.ts';
import { judgeFilms } from '../../../../src/workloads/films/verify/judge-films.ts';
import { filmsCase } from '../../../support/films-case.ts';

const READS = { byServer: { 'replica-1': 512, 'replica-2': 488 }, retries: 3, lastResort: 0, cacheHits: 70 };

describe('the account of films in words', () => {
  it('says what was asked and answered, and by whom', () => {
    const judged = { account: judgeFilms(filmsCase()), reads: READS, sharing: ['replica-1', 'replica-2'] };
    assert.equal(
      accountSummary(judged, PLAIN),
      [
        'films  11 asked · 11 answered · wrong 0 · failed 0',
        'reads  replica-1 51.2 % · replica-2 48.8 % · 3 sent once more · 0 left to the primary · 70 answered from memory',
        '',
        'exact: every answer is what the file of the films says',
      ].join('\n'),
    );
  });

  it('shows of a wrong answer what was asked, expected and got', () => {
    const right = filmsCase();
    const [first, ...others] = right.ledger.lines;
    assert.ok(first);
    const wrong = { ...first, ids: [], digest: '0'.repeat(16) };
    const failed = { ...first, status: 0, ids: [], digest: '-', attempts: 2 };
    const lines = [wrong, failed, ...others];
    const account = judgeFilms({ ...right, ledger: { lines, wrongAnswers: [] }, counted: lines.length });
    const text = accountSummary({ account, reads: READS, sharing: [] }, PLAIN);
    assert.match(text, /12 asked · 11 answered · wrong 1 · failed 1/);
    assert.match(text, /NOT exact: 2 of 12 answers are not what the file of the films says/);
    assert.match(
      text,
      /lost 1 films: missing in an answer\n {4}\/films\?q=the%20r: expected Q1 .*, got nothing/,
    );
    assert.match(text, /lost 1 requests: a question had no answer\n {4}\/films\?q=the%20r: nothing came/);
  });

  it('names a run that proves nothing, and one that is right but not as promised', () => {
    const verdict = { unknown: 0, findings: [], exact: false };
    assert.equal(verdictLine({ ...verdict, promises: 0, kept: 0 }), 'nothing was asked');
    assert.match(verdictLine({ ...verdict, promises: 5, kept: 5 }), /every answer is right, but/);
  });

  it('has no shares without reads', () => {
    assert.match(readsLine({ ...READS, byServer: {} }), /^reads {2}3 sent once more/);
  });
});
