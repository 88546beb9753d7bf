import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { untilIngressLeads } from '../../src/cluster/until-ingress-leads.ts';

const { signal } = new AbortController();

describe('waiting for the ingress', () => {
  it('asks until it leads to the service', async () => {
    const asked: string[] = [];
    const answers = [
      () => Promise.reject(new TypeError('connection refused')),
      () => Promise.resolve(new Response(null, { status: 404 })),
      () => Promise.resolve(new Response('{}')),
    ];
    await untilIngressLeads('http://10.0.0.1', {
      signal,
      fetch: (url) => {
        asked.push(url);
        return answers[asked.length - 1]?.() ?? Promise.reject(new Error('asked too often'));
      },
    });
    assert.deepEqual(asked, Array(3).fill('http://10.0.0.1/openapi.json'));
  });

  it('says what the last answer was when it never leads there', async () => {
    await assert.rejects(
      untilIngressLeads('http://10.0.0.1', {
        signal,
        timeoutMs: 0,
        fetch: () => Promise.resolve(new Response(null, { status: 502 })),
      }),
      /10\.0\.0\.1\/openapi\.json gave status 502/,
    );
  });
});
