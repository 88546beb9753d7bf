import type { LoadAccount } from './account.ts';
import type { LatencyFigures, RequestFigures, ThresholdResults } from './summary.ts';

/** Countries shown by name; others are summed up in one row unless they have findings. */
const shownCountries = 12;

/** `p50 2.0 · p95 …` */
export function latencyLine(figures: LatencyFigures): string {
  const show = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)}`);
  return `p50 ${show(figures.p50)} · p95 ${show(figures.p95)} · p99 ${show(figures.p99)} · max ${show(figures.max)} ms`;
}

type Row = { name: string; accepted: number; refused: number; unknown: number };

function countryRows(account: LoadAccount): Row[] {
  const all = Object.entries(account.perCountry).map(([name, counts]) => ({ name, ...counts }));
  const total = (row: Row): number => row.accepted + row.refused + row.unknown;
  all.sort((a, b) => total(b) - total(a) || (a.name < b.name ? -1 : 1));
  const shown = all.filter((row, place) => place < shownCountries || row.refused > 0 || row.unknown > 0);
  const rest = all.filter((row) => !shown.includes(row));
  if (rest.length === 0) return shown;
  const accepted = rest.reduce((sum, row) => sum + row.accepted, 0);
  return [...shown, { name: `${rest.length} more`, accepted, refused: 0, unknown: 0 }];
}

function line(name: string, ...cells: (string | number)[]): string {
  return `  ${name.padEnd(10)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
}

/** Whether every threshold held, and which did not. */
export function thresholdsLine({ results }: ThresholdResults): string {
  if (results.length === 0) return 'NOT JUDGED, as k6 ran with --no-thresholds';
  const failed = results.filter(({ passed }) => !passed);
  if (failed.length === 0) return `passed    all ${results.length} thresholds`;
  return `FAILED    ${failed.map(({ metric, condition }) => `${metric}: ${condition}`).join('; ')}`;
}

/** Attempts, retries and answers. */
export function requestsLine({ total, retried, retries, status }: RequestFigures): string {
  const statuses = Object.entries(status).map(([code, attempts]) => `${code}: ${attempts}`);
  return `${total}, of which ${retried} were retried (${retries} retries); answers ${statuses.join(', ') || 'none'}`;
}

/** Formats an account as text: outcomes, latencies and failed conditions. */
export function renderAccount(account: LoadAccount): string {
  const { messages, requests } = account;
  const perSecond = account.durationSeconds > 0 ? messages.accepted / account.durationSeconds : 0;
  const lines = [
    '',
    `${account.scenario} · run ${account.runId} · seed ${account.seed} · ${account.baseUrl}`,
    '',
    line('country', 'accepted', 'refused', 'unknown'),
    ...countryRows(account).map((row) => line(row.name, row.accepted, row.refused, row.unknown)),
    line('all', messages.accepted, messages.refused, messages.unknown),
    '',
    `  sent      ${messages.sent} messages in ${account.durationSeconds.toFixed(1)} s, ${perSecond.toFixed(0)} accepted per second`,
    `  requests  ${requestsLine(requests)}`,
    `  202 after ${latencyLine(account.latencyMs)}`,
    `  settled   ${latencyLine(account.settleMs)} (retries and waits included)`,
  ];
  if (account.droppedIterations > 0)
    lines.push(`  dropped   ${account.droppedIterations} arrivals: raise USERS or lower RATE`);
  lines.push(`  ${thresholdsLine(account.thresholds)}`, '');
  return `${lines.join('\n')}\n`;
}
