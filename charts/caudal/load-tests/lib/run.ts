import exec from 'k6/execution';
import http from 'k6/http';
import { headersFor } from './send.ts';
import type { Target } from './variables.ts';

/** What the run was called and when it started; `setup()` makes it. */
export type RunIdentity = { runId: string; startedAtMs: number; keyPrefix: string };

/** Trend statistics that an account needs. */
export const summaryTrendStats: string[] = ['avg', 'med', 'p(95)', 'p(99)', 'max', 'count'];

/** Of every request. */
export const userAgent = 'caudal-load-tests';

/** Aborts the run with a message and status 108 unless the target is there. @param api what should be there: `ingest API` */
export function checkTarget(target: Target, api: string): void {
  const url = `${target.baseUrl}/openapi.json`;
  const response = http.get(url, {
    headers: headersFor(target),
    redirects: 0,
    timeout: target.requestTimeoutMs,
  });
  if (response.status === 200) return;
  const answer = response.status === 0 ? response.error : `it answered ${response.status}`;
  exec.test.abort(
    `no ${api} at ${url} (${answer}): start it, or set its address with -e BASE_URL=http://host:port`,
  );
}

/** `k6 run --vus/--duration/--iterations/--stage` replaces the scenario silently. @param count variable of the script */
export function checkScenario(scenario: string, count: string): void {
  if (exec.test.options.scenarios?.[scenario] !== undefined) return;
  exec.test.abort(
    `--vus, --duration, --iterations and --stage replace this scenario: use -e USERS, DURATION, ${count}, RATE`,
  );
}

/** Names a run that begins now. */
export function startRun(scenario: string, wantedId: string | undefined): RunIdentity {
  const startedAtMs = Date.now();
  // Fresh in every run: a key used before would make what is new count as what is already there.
  const fresh = `${startedAtMs.toString(36)}-${Math.floor(Math.random() * 36 ** 6).toString(36)}`;
  const runId = wantedId ?? `${scenario}-${fresh}`;
  return { runId, startedAtMs, keyPrefix: wantedId === undefined ? runId : `${runId}-${fresh}` };
}

/** The run of a script that k6 aborted before it had one. */
export function unstartedRun(wantedId: string | undefined, endedAtMs: number): RunIdentity {
  return { runId: wantedId ?? 'not-started', startedAtMs: endedAtMs, keyPrefix: '' };
}

/** The files that k6 writes at the end. */
export function summaryFiles(
  account: object,
  text: string,
  accountFile: string | undefined,
): Record<string, string> {
  const files: Record<string, string> = { stdout: text };
  if (accountFile !== undefined) files[accountFile] = `${JSON.stringify(account, null, 2)}\n`;
  return files;
}

/** Number of virtual users that log each status once; more would only repeat it. */
const explainingUsers = 10;
const explained = new Set<number>();

/** Logs the first answer of each status that settled a request other than expected. */
export function explain(outcome: string, attempts: number, status: number, answer: string): void {
  if (explained.has(status) || exec.vu.idInTest > explainingUsers) return;
  explained.add(status);
  console.warn(`${outcome} after ${attempts} attempt(s): ${answer}`);
}
