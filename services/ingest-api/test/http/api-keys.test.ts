import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { acceptedSchema } from '../../src/openapi.ts';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE, type RunningService, runService } from '../support/run-service.ts';

describe('API keys', () => {
  const KEY = 'a-secret-of-some-length';
  const OTHER = 'another-secret-of-some-length';
  let service: RunningService;
  before(async () => {
    service = await runService({ API_KEYS: `${KEY}, ${OTHER}` });
  });
  after(() => service.stop());

  it('are taken from X-API-Key or as a bearer token', async () => {
    assert.equal((await service.post(MESSAGE, { 'x-api-key': KEY })).status, 202);
    assert.equal((await service.post(MESSAGE, { authorization: `Bearer ${OTHER}` })).status, 202);
  });

  it('are needed', async () => {
    for (const headers of [{}, { 'x-api-key': 'wrong' }, { authorization: `Basic ${KEY}` }]) {
      const response = await service.post(MESSAGE, headers);
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
      await problemOf(response);
    }
  });

  it('keep the Idempotency-Keys of callers apart', async () => {
    const firstOf = async (key: string) => {
      const response = await service.post(MESSAGE, { 'x-api-key': key, 'idempotency-key': 'same' });
      return acceptedSchema.parse(await response.json()).first.key;
    };
    assert.equal(await firstOf(KEY), await firstOf(KEY));
    assert.notEqual(await firstOf(KEY), await firstOf(OTHER));
  });
});
