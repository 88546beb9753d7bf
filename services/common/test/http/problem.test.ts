import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineProblems, ProblemError } from '../../src/http/problem.ts';

const PROBLEMS = defineProblems({
  'not-found': { status: 404, title: 'Not found' },
  busy: { status: 503, title: 'Busy' },
});

describe('a problem', () => {
  it('is a document of its type, with the detail and further members', () => {
    const problem = new ProblemError(PROBLEMS['not-found'], 'Use /orders.', {
      members: { paths: ['/orders'] },
    });
    assert.equal(
      problem.toDocument(),
      '{"type":"urn:problem-type:caudal:not-found","title":"Not found","status":404,"detail":"Use /orders.","paths":["/orders"]}',
    );
    assert.deepEqual([problem.problem, problem.status, problem.headers], ['not-found', 404, {}]);
  });

  it('keeps the reasons for the log out of the document', () => {
    const problem = new ProblemError(PROBLEMS.busy, 'Retry later.', { reasons: ['secret'] });
    assert.doesNotMatch(problem.toDocument(), /secret/);
  });

  it('says in its headers when to retry', () => {
    const headers = { Allow: 'GET' };
    const problem = new ProblemError(PROBLEMS.busy, 'Retry later.', { retryAfterSeconds: 2, headers });
    assert.deepEqual(problem.headers, { 'Retry-After': '2', Allow: 'GET' });
  });
});
