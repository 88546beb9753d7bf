import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE, type RunningService, runService } from '../support/run-service.ts';

describe('other paths and methods', () => {
  let service: RunningService;
  before(async () => {
    service = await runService();
  });
  after(() => service.stop());

  it('answers 404', async () => {
    const response = await fetch(`${service.url}/nothing`);
    assert.equal(response.status, 404);
    await problemOf(response);
  });

  it('answers 405 and says what is allowed', async () => {
    for (const [path, method, allow] of [
      ['/messages', 'GET', 'POST, OPTIONS'],
      ['/process', 'PUT', 'POST, OPTIONS'],
      ['/openapi.json', 'POST', 'GET, HEAD, OPTIONS'],
      ['/docs', 'DELETE', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const response = await fetch(`${service.url}${path}`, { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), allow);
      await problemOf(response);
    }
  });

  it('answers OPTIONS', async () => {
    const response = await fetch(`${service.url}/messages`, { method: 'OPTIONS' });
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    const response = await fetch(`${service.url}/docs/%E0%A4%A`);
    assert.ok([400, 404].includes(response.status));
    await problemOf(response);
  });

  it('takes over a sane X-Request-Id and no other', async () => {
    const ask = async (id: string): Promise<string | null> =>
      (await fetch(`${service.url}/nothing`, { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    assert.equal(await ask('trace-1'), 'trace-1');
    assert.notEqual(await ask('x'.repeat(200)), 'x'.repeat(200));
    assert.notEqual(await ask('a b"<script>'), 'a b"<script>');
    const accepted = await service.post(MESSAGE, { 'x-request-id': 'trace-2' });
    assert.equal(accepted.headers.get('x-request-id'), 'trace-2');
  });

  it('does not let odd requests grow the metrics', async () => {
    await fetch(`${service.url}/warm-up`);
    const series = async (): Promise<number> => (await service.metrics()).match(/^caudal_/gm)?.length ?? 0;
    const before = await series();
    const methods = ['GET', 'PUT', 'DELETE', 'PATCH'] as const;
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const id = batch * 50 + n;
          const response = await fetch(`${service.url}/odd-${id}`, { method: methods[id % 4] ?? 'GET' });
          await response.arrayBuffer();
          const refused = await service.post({ ...MESSAGE, country: `odd-${id}` });
          await refused.arrayBuffer();
        }),
      );
    }
    // A series each for the refused country, the two statuses; nothing for any of the 2,000 inputs.
    assert.ok((await series()) <= before + 5);
  });
});
