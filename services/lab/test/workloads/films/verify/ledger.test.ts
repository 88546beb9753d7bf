import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLedger } from '../../../../src/workloads/films/verify/ledger.ts';

const say = (text: string): string =>
  `time="2026-11-28T01:00:00Z" level=warning msg="${text}" source=console`;

describe('the ledger of films', () => {
  it('has a question a line, in the order of their answers, among other lines', () => {
    const log = [
      say('FILM prefix /films?q=the%20g 200 1 3 0123456789abcdef Q1,Q2'),
      'k6 says something else',
      say('FILM nonsense /films?q=qq 200 2 3 fedcba9876543210 -'),
      say('FILM film /films/Q1 0 2 - - -'),
      '',
    ].join('\n');
    assert.deepEqual(readLedger(log).lines, [
      {
        kind: 'prefix',
        path: '/films?q=the%20g',
        status: 200,
        attempts: 1,
        version: 3,
        digest: '0123456789abcdef',
        ids: ['Q1', 'Q2'],
      },
      {
        kind: 'nonsense',
        path: '/films?q=qq',
        status: 200,
        attempts: 2,
        version: 3,
        digest: 'fedcba9876543210',
        ids: [],
      },
      { kind: 'film', path: '/films/Q1', status: 0, attempts: 2, version: undefined, digest: '-', ids: [] },
    ]);
  });

  it('has what the load saw to be wrong apart from the questions', () => {
    const { lines, wrongAnswers } = readLedger(say('WRONG-FILM page /films?q=a&limit=2 has a result twice'));
    assert.deepEqual(lines, []);
    assert.deepEqual(wrongAnswers, [{ path: '/films?q=a&limit=2', what: 'has a result twice' }]);
  });

  for (const text of [
    'FILM prefix films 200 1 3 - -',
    'FILM prefix /films 200 3 3 - -',
    'FILM prefix /films 200 1 3 0123 -',
    'FILM prefix /films 200 1 3',
    'FILM',
  ]) {
    it(`is refused with a line that is torn: ${text}`, () => {
      assert.throws(() => readLedger(say(`${text} `)), /the ledger has a line that is no question/);
    });
  }
});
