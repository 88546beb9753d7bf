import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemOf } from '../support/problem-of.ts';
import { MESSAGE, runService } from '../support/run-service.ts';

describe('the rate limit', () => {
  it('answers 429 with Retry-After above it, without publishing', async () => {
    const service = await runService({ RATE_LIMIT_PER_SECOND: '1' });
    try {
      // Two windows at most can turn during these, so at least one of ten is above the limit.
      const responses = await Promise.all(Array.from({ length: 10 }, () => service.post(MESSAGE)));
      const limited = responses.filter((response) => response.status === 429);
      assert.ok(limited.length > 0);
      for (const response of limited) {
        assert.equal(response.headers.get('retry-after'), '1');
        await problemOf(response);
      }
      assert.equal(service.kafka.bodies.length, responses.length - limited.length);
    } finally {
      await service.stop();
    }
  });
});

describe('the rate limit behind proxies', () => {
  const spread = async (trustProxyHops: string): Promise<number> => {
    const service = await runService({ RATE_LIMIT_PER_SECOND: '1', TRUST_PROXY_HOPS: trustProxyHops });
    try {
      const responses = await Promise.all(
        Array.from({ length: 10 }, (_, n) => service.post(MESSAGE, { 'x-forwarded-for': `192.0.2.${n}` })),
      );
      return responses.filter((response) => response.status === 429).length;
    } finally {
      await service.stop();
    }
  };

  it('goes by the address that a trusted proxy saw', async () => {
    assert.equal(await spread('1'), 0);
  });

  it('does not believe the header where no proxy is trusted', async () => {
    assert.ok((await spread('0')) > 0);
  });
});
