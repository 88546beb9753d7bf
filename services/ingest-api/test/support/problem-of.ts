import assert from 'node:assert/strict';
import { problemSchema } from '../../src/openapi.ts';

/** Reads a problem document and checks what all of them have in common. */
export async function problemOf(response: Response) {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.ok(response.headers.get('x-request-id'));
  assert.equal(response.headers.get('x-powered-by'), null);
  const text = await response.text();
  assert.doesNotMatch(text, /node_modules|\.ts:\d| {4}at /);
  const problem = problemSchema.parse(JSON.parse(text));
  assert.equal(problem.status, response.status);
  return problem;
}
