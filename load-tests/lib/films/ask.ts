import { sleep } from 'k6';
import http from 'k6/http';
import { nextDelayMs, parseRetryAfter } from '../backoff.ts';
import { headersFor } from '../send.ts';
import type { QueryKind } from './query.ts';
import type { FilmsSettings } from './settings.ts';
import { requestName } from './thresholds.ts';

/** The last answer to a request. */
export type Asked = {
  attempts: number;
  /** 0: no answer. */
  status: number;
  /** '' without one. */
  body: string;
  /** Of the server that the films were read from; undefined where the answer names none. */
  answeredBy: string | undefined;
  /** The answer for a person: status and the beginning of the body, or the network error. */
  shown: string;
};

/** Longest wait that a server may ask for before the second attempt. */
export const mostPauseMs = 5_000;

/** Whether nothing came, the server could not answer, or it did not see the whole request: a suspended one may have been away when it came. */
function mayPass(status: number): boolean {
  return status === 0 || status === 408 || status >= 500;
}

/** Asks, and once more if nothing came or the server could not answer. */
export function ask(settings: FilmsSettings, kind: QueryKind, path: string): Asked {
  const params = {
    headers: { Accept: 'application/json', ...headersFor(settings) },
    redirects: 0,
    responseType: 'text' as const,
    tags: { name: requestName, kind },
    timeout: settings.requestTimeoutMs,
  };
  for (let attempts = 1; ; attempts += 1) {
    const { status, body, error, headers } = http.get(`${settings.baseUrl}${path}`, params);
    const mayAsk = attempts <= settings.retries && mayPass(status);
    const delayMs = mayAsk
      ? nextDelayMs(attempts, parseRetryAfter(headers['Retry-After'], Date.now()), mostPauseMs, Math.random)
      : undefined;
    if (delayMs === undefined) {
      const text = String(body ?? '');
      return {
        attempts,
        status,
        body: text,
        answeredBy: headers['Caudal-Answered-By'],
        shown: `${status} ${error || text.slice(0, 300)}`,
      };
    }
    sleep(delayMs / 1000);
  }
}
