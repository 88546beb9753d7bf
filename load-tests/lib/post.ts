import { sleep } from 'k6';
import http, { type Response } from 'k6/http';
import { nextDelayMs, parseRetryAfter } from './backoff.ts';
import { type Outcome, outcomeWithoutAcceptance, readAnswer } from './outcome.ts';
import type { Message } from './payloads.ts';
import type { Settings } from './settings.ts';
import { postName } from './thresholds.ts';

/** Result of a request. */
export type PostResult = {
  outcome: Outcome;
  attempts: number;
  /** From the first attempt to the last answer. */
  settledAfterMs: number;
  /** HTTP status of the last answer; 0: none. */
  lastStatus: number;
  /** The last answer, for a person: status and the beginning of the body or the network error; '' for a 202. */
  lastAnswer: string;
};

function describe({ status, error, body }: Response): string {
  return `${status} ${error || String(body ?? '').slice(0, 300)}`;
}

/**
 * Posts messages and retries what may still succeed, always under the same key, so that the pipeline counts
 * the messages once however many attempts arrive. (k6's HTTP client also repeats a keyed request
 * when a kept-alive connection turns out to be dead, even with RETRY=off; the key covers that too.)
 *
 * @param key the request's Idempotency-Key: ASCII, at most 128 characters, never used for other messages
 */
export function postMessages(settings: Settings, messages: readonly Message[], key: string): PostResult {
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  if (settings.apiKey !== undefined) headers['X-API-Key'] = settings.apiKey;
  const body = JSON.stringify(settings.batch === 1 ? messages[0] : messages);
  const params = {
    headers,
    redirects: 0,
    responseType: 'text' as const,
    tags: { name: postName },
    timeout: settings.requestTimeoutMs,
  };
  const startedAtMs = Date.now();
  let anyUnknown = false;
  for (let attempts = 1; ; attempts += 1) {
    const response = http.post(`${settings.baseUrl}${settings.apiPath}`, body, params);
    const { status } = response;
    const nowMs = Date.now();
    const settle = (outcome: Outcome): PostResult => ({
      outcome,
      attempts,
      settledAfterMs: nowMs - startedAtMs,
      lastStatus: status,
      lastAnswer: outcome === 'accepted' ? '' : describe(response),
    });
    const meaning = readAnswer(status);
    if (meaning.outcome === 'accepted') return settle('accepted');
    if (meaning.outcome === 'unknown') anyUnknown = true;
    const delayMs = meaning.retryable
      ? nextDelayMs(
          attempts,
          parseRetryAfter(response.headers['Retry-After'], nowMs),
          settings.retryForMs - (nowMs - startedAtMs),
          Math.random,
        )
      : undefined;
    if (delayMs === undefined) return settle(outcomeWithoutAcceptance(anyUnknown));
    sleep(delayMs / 1000);
  }
}
