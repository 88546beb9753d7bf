import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProblemError } from '@caudal/common/http';
import { bodyFormat } from '../../src/http/body-format.ts';

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
      assert.equal(bodyFormat({ 'content-type': contentType }), format);
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
        () => bodyFormat(contentType === undefined ? {} : { 'content-type': contentType }),
        (error: unknown) => error instanceof ProblemError && error.status === 415,
      );
    });
  }

  it('takes no encoding but identity', () => {
    const headers = { 'content-type': 'application/json' };
    assert.equal(bodyFormat({ ...headers, 'content-encoding': 'identity' }), 'json');
    for (const encoding of ['gzip', 'br', 'identity, gzip']) {
      assert.throws(() => bodyFormat({ ...headers, 'content-encoding': encoding }), ProblemError);
    }
  });
});
