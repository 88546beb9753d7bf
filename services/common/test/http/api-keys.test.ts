import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { createApiKeys, ProblemError } from '../../src/http/index.ts';

const request = (headers: IncomingHttpHeaders) => ({ headers }) as IncomingMessage;

describe('API keys', () => {
  it('name a caller the same by either header, and callers apart', () => {
    const keys = createApiKeys(['first-key', 'second-key']);
    const first = keys.authenticate(request({ 'x-api-key': 'first-key' }));
    assert.equal(keys.authenticate(request({ authorization: 'bearer  first-key' })), first);
    assert.notEqual(keys.authenticate(request({ 'x-api-key': 'second-key' })), first);
    assert.ok(first.length > 0 && !first.includes('first-key'));
  });

  it('are refused if wrong, absent or of another scheme', () => {
    const keys = createApiKeys(['first-key']);
    for (const headers of [
      {},
      { 'x-api-key': 'first-ke' },
      { 'x-api-key': '' },
      { authorization: 'Basic first-key' },
      { authorization: 'Bearer first-key second' },
      { 'x-api-key': 'wrong', authorization: 'Bearer first-key' },
    ]) {
      assert.equal(keys.identify(request(headers)), undefined);
      assert.throws(
        () => keys.authenticate(request(headers)),
        (error: unknown) =>
          error instanceof ProblemError &&
          error.status === 401 &&
          error.headers['WWW-Authenticate'] === 'Bearer',
      );
    }
  });

  it('are not needed where there are none', () => {
    assert.equal(createApiKeys([]).authenticate(request({ 'x-api-key': 'any' })), '');
  });
});
