import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE } from '../support/run-service.ts';
import { hasPublishedNothing, useService } from '../support/use-service.ts';

describe('what POST /messages refuses', () => {
  const service = useService();

  it('refuses the whole request for one bad message, and says which and why', async () => {
    const response = await service().post([
      MESSAGE,
      { ...MESSAGE, country: 'Atlantis' },
      { country: 'ES' },
      7,
    ]);
    assert.equal(response.status, 400);
    assert.deepEqual((await problemOf(response)).errors, [
      {
        index: 1,
        field: 'country',
        reason: 'is not a country: use an ISO 3166-1 code such as "ES", or its English or Spanish name',
      },
      { index: 2, field: 'description', reason: 'is required' },
      { index: 2, field: 'weather', reason: 'is required' },
      { index: 3, field: '', reason: 'must be an object with description, country and weather' },
    ]);
    assert.ok(hasPublishedNothing(service()));
  });

  const refusals: ReadonlyArray<{
    readonly what: string;
    readonly body: string | Uint8Array;
    readonly headers?: Record<string, string>;
    readonly status: number;
    readonly problem: string;
  }> = [
    { what: 'no body', body: '', status: 400, problem: 'malformed-json' },
    { what: 'an empty array', body: '[]', status: 400, problem: 'no-messages' },
    { what: 'half an object', body: '{"description":', status: 400, problem: 'malformed-json' },
    {
      what: 'a __proto__ field',
      body: `{"__proto__":{},${JSON.stringify(MESSAGE).slice(1)}`,
      status: 400,
      problem: 'invalid-messages',
    },
    {
      what: 'bytes that are not UTF-8',
      body: Uint8Array.of(0x22, 0xff, 0x22),
      status: 400,
      problem: 'not-utf-8',
    },
    {
      what: 'too many messages',
      body: `[${'1,'.repeat(1_000)}1]`,
      status: 400,
      problem: 'too-many-messages',
    },
    { what: 'a large body', body: ' '.repeat(2_049), status: 413, problem: 'body-too-large' },
    {
      what: 'plain text',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      problem: 'unsupported-media-type',
    },
    {
      what: 'Latin-1',
      body: '{}',
      headers: { 'content-type': 'application/json; charset=latin1' },
      status: 415,
      problem: 'unsupported-media-type',
    },
    {
      what: 'a compressed body',
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
      status: 415,
      problem: 'unsupported-media-type',
    },
  ];
  for (const { what, body, headers, status, problem } of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const response = await service().post(body, headers);
      assert.equal(response.status, status);
      assert.equal((await problemOf(response)).type, `urn:problem-type:caudal:${problem}`);
      assert.ok(hasPublishedNothing(service()));
    });
  }

  it('says where the body stops being JSON', async () => {
    const problem = await problemOf(await service().post('{\n  "country": ES\n}'));
    assert.equal(problem.position, 15);
    assert.match(problem.detail, /line 2, column 14/);
  });
});
