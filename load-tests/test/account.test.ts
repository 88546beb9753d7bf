import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAccount } from '../lib/account.ts';
import { renderAccount } from '../lib/account-table.ts';
import { readSettings } from '../lib/settings.ts';
import type { SummaryData } from '../lib/summary.ts';

const settings = readSettings('seed', { MESSAGES: '30', SEED: 'x' });
const run = { runId: 'r1', startedAtMs: Date.parse('2026-01-01T00:00:00Z'), keyPrefix: 'r1-k' };
const endedAtMs = run.startedAtMs + 1500;

/** k6's data of a run in which 30 messages were sent and 5 never answered. */
function summaryData(counts: Record<string, number> = {}): SummaryData {
  const all: Record<string, number> = {
    messages_sent: 30,
    'messages_sent{country:ES}': 20,
    'messages_sent{country:GT}': 10,
    messages_accepted: 22,
    'messages_accepted{country:ES}': 20,
    'messages_accepted{country:GT}': 2,
    messages_refused: 3,
    'messages_refused{country:GT}': 3,
    requests_sent: 30,
    requests_retried: 4,
    request_retries: 6,
    'http_reqs{name:post-messages}': 36,
    'http_reqs{name:post-messages,status:202}': 22,
    'http_reqs{name:post-messages,status:400}': 3,
    'http_reqs{name:post-messages,status:503}': 10,
    ...counts,
  };
  const metrics: SummaryData['metrics'] = Object.fromEntries(
    Object.entries(all).map(([name, count]) => [name, { values: { count } }]),
  );
  metrics['http_req_duration{name:post-messages,status:202}'] = {
    values: { count: 22, avg: 2.34567, med: 2, 'p(95)': 9, 'p(99)': 12, max: 12.5 },
    thresholds: { 'p(95)<2000': { ok: true }, 'p(99)<5000': { ok: false } },
  };
  return { metrics };
}

describe('account', () => {
  it('leaves what was sent and never settled as unknown', () => {
    const account = buildAccount(summaryData(), settings, run, endedAtMs);
    assert.deepEqual(account.messages, { sent: 30, accepted: 22, refused: 3, unknown: 5 });
    assert.deepEqual(account.perCountry, {
      ES: { accepted: 20, refused: 0, unknown: 0 },
      GT: { accepted: 2, refused: 3, unknown: 5 },
    });
    assert.deepEqual(account.keys, { prefix: 'r1-k', batch: 1, messages: 30 });
    assert.equal(account.durationSeconds, 1.5);
    assert.equal(account.endedAt, '2026-01-01T00:00:01.500Z');
  });

  it('counts every attempt, those with a rare status together', () => {
    const { requests } = buildAccount(summaryData(), settings, run, endedAtMs);
    assert.deepEqual(requests.status, { '202': 22, '400': 3, '503': 10, other: 1 });
    assert.equal(requests.retries, 6);
  });

  it('reports latencies where there are any', () => {
    const account = buildAccount(summaryData(), settings, run, endedAtMs);
    assert.deepEqual(account.latencyMs, { avg: 2.346, p50: 2, p95: 9, p99: 12, max: 12.5 });
    assert.deepEqual(account.settleMs, { avg: null, p50: null, p95: null, p99: null, max: null });
  });

  it('is not written when the countries do not add up', () => {
    const broken = summaryData({ messages_accepted: 23 });
    assert.throws(
      () => buildAccount(broken, settings, run, endedAtMs),
      /the countries' accepted messages add up to 22, not 23: did something replace the thresholds/,
    );
  });

  it('fails with one failed condition', () => {
    const { thresholds } = buildAccount(summaryData(), settings, run, endedAtMs);
    assert.equal(thresholds.passed, false);
    assert.deepEqual(
      thresholds.results.map(({ condition, passed }) => [condition, passed]),
      [
        ['p(95)<2000', true],
        ['p(99)<5000', false],
      ],
    );
  });

  it('is readable', () => {
    const text = renderAccount(buildAccount(summaryData(), settings, run, endedAtMs));
    assert.match(text, /seed · run r1 · seed x · http:\/\/localhost:8080/);
    assert.match(text, /GT +2 +3 +5\n/);
    assert.match(text, /all +22 +3 +5\n/);
    assert.match(text, /FAILED {4}http_req_duration\{.*\}: p\(99\)<5000/);
  });

  it('sums up the small countries, but none in which something went wrong', () => {
    const counts: Record<string, number> = { messages_sent: 165, messages_accepted: 156 };
    for (const [place, code] of [...'US IN BR JP ID MX GB FR DE AR CO PH NG CA IT'.split(' ')].entries()) {
      counts[`messages_sent{country:${code}}`] = 9;
      counts[`messages_accepted{country:${code}}`] = place === 14 ? 8 : 9;
    }
    counts.messages_accepted = 22 + 134;
    const text = renderAccount(buildAccount(summaryData(counts), settings, run, endedAtMs));
    assert.match(text, /IT +8 +0 +1\n/);
    assert.match(text, /\d more +\d+ +0 +0\n/);
  });
});
