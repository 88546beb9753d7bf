import { sleep } from 'k6';
import http, { type Response } from 'k6/http';
import { nextDelayMs, parseRetryAfter } from './backoff.ts';
import { type Outcome, outcomeWithoutAcceptance, readAnswer } from './outcome.ts';
import type { Target } from './variables.ts';

/** Result of a request with all its attempts. */
export type SendResult = {
  outcome: Outcome;
  attempts: number;
  /** From the first attempt to the last answer. */
  settledAfterMs: number;
  /** HTTP status of the last answer; 0: none. */
  lastStatus: number;
  /** Body of the last answer; '' without one. */
  lastBody: string;
  /** The last answer, for a person: status and the beginning of the body or the network error; '' for an accepted request. */
  lastAnswer: string;
};

/** A POST of JSON. */
export type JsonRequest = {
  path: string;
  body: string;
  /** Tag of its attempts among the metrics. */
  name: string;
  /** Its Idempotency-Key: ASCII, at most 128 characters, never used for anything else. */
  key?: string | undefined;
  /** What the status of an answer means. Default: 202 accepts. */
  read?: typeof readAnswer | undefined;
};

/** Headers of every request to the target. */
export function headersFor({ apiKey }: Pick<Target, 'apiKey'>): Record<string, string> {
  return apiKey === undefined ? {} : { 'X-API-Key': apiKey };
}

function describe({ status, error, body }: Response): string {
  return `${status} ${error || String(body ?? '').slice(0, 300)}`;
}

/**
 * Posts and retries what may still succeed, always under the same key, so that it counts once however many attempts
 * arrive. (k6's HTTP client also repeats a keyed request when a kept-alive connection turns out to be dead, even with
 * RETRY=off; the key covers that too.)
 */
export function sendUntilSettled(target: Target, request: JsonRequest): SendResult {
  const { read = readAnswer } = request;
  const headers: Record<string, string> = { 'Content-Type': 'application/json', ...headersFor(target) };
  if (request.key !== undefined) headers['Idempotency-Key'] = request.key;
  const params = {
    headers,
    redirects: 0,
    responseType: 'text' as const,
    tags: { name: request.name },
    timeout: target.requestTimeoutMs,
  };
  const startedAtMs = Date.now();
  let anyUnknown = false;
  for (let attempts = 1; ; attempts += 1) {
    const response = http.post(`${target.baseUrl}${request.path}`, request.body, params);
    const { status } = response;
    const nowMs = Date.now();
    const settle = (outcome: Outcome): SendResult => ({
      outcome,
      attempts,
      settledAfterMs: nowMs - startedAtMs,
      lastStatus: status,
      lastBody: String(response.body ?? ''),
      lastAnswer: outcome === 'accepted' ? '' : describe(response),
    });
    const meaning = read(status);
    if (meaning.outcome === 'accepted') return settle('accepted');
    if (meaning.outcome === 'unknown') anyUnknown = true;
    const delayMs = meaning.retryable
      ? nextDelayMs(
          attempts,
          parseRetryAfter(response.headers['Retry-After'], nowMs),
          target.retryForMs - (nowMs - startedAtMs),
          Math.random,
        )
      : undefined;
    if (delayMs === undefined) return settle(outcomeWithoutAcceptance(anyUnknown));
    sleep(delayMs / 1000);
  }
}
