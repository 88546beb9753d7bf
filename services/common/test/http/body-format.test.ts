import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BodyFormats, bodyFormat, ProblemError } from '../../src/http/index.ts';

const BOTH: BodyFormats<'json' | 'ndjson'> = { formats: ['json', 'ndjson'], advice: 'Send JSON.' };

describe('bodyFormat', () => {
  const taken: ReadonlyArray<readonly [contentType: string, format: string]> = [
    ['application/json', 'json'],
    ['Application/JSON', 'json'],
    ['application/json;charset=utf-8', 'json'],
    ['application/json; charset="UTF-8"', 'json'],
    ['application/json ; profile=x; charset=utf8', 'json'],
    ['application/cloudevents+json', 'json'],
    ['application/x-ndjson', 'ndjson'],
    ['application/x-ndjson; charset=utf-8', 'ndjson'],
  ];
  for (const [contentType, format] of taken) {
    it(`takes ${contentType}`, () => {
      assert.equal(bodyFormat({ 'content-type': contentType }, BOTH), format);
    });
  }

  const refused = [
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'text/vnd.x+json',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=latin1; x=y',
    'application/json; charset',
  ];
  for (const contentType of refused) {
    it(`refuses ${contentType}`, () => {
      assert.throws(
        () => bodyFormat(contentType === undefined ? {} : { 'content-type': contentType }, BOTH),
        (error: unknown) => error instanceof ProblemError && error.status === 415,
      );
    });
  }

  it('takes only what the route takes, and names that with its advice', () => {
    const form: BodyFormats<'form'> = { formats: ['form'], advice: 'Send a form.' };
    const type = 'application/x-www-form-urlencoded; charset=UTF-8';
    assert.equal(bodyFormat({ 'content-type': type }, form), 'form');
    for (const other of ['application/json', 'application/x-ndjson']) {
      assert.throws(
        () => bodyFormat({ 'content-type': other }, form),
        (error: unknown) =>
          error instanceof ProblemError &&
          error.message === 'Send a form.' &&
          error.headers['Accept-Post'] === 'application/x-www-form-urlencoded',
      );
    }
    assert.throws(
      () => bodyFormat({}, BOTH),
      (error: unknown) =>
        error instanceof ProblemError &&
        error.headers['Accept-Post'] === 'application/json, application/x-ndjson',
    );
  });

  it('takes no encoding but identity', () => {
    const headers = { 'content-type': 'application/json' };
    assert.equal(bodyFormat({ ...headers, 'content-encoding': 'identity' }, BOTH), 'json');
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      assert.throws(() => bodyFormat({ ...headers, 'content-encoding': encoding }, BOTH), ProblemError);
    }
  });
});
