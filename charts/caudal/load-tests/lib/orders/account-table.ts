import { latencyLine, requestsLine, thresholdsLine } from '../account-table.ts';
import type { OrdersAccount } from './account.ts';

/** Formats an account as text: what was asked for, what was answered, and failed conditions. */
export function renderOrdersAccount(account: OrdersAccount): string {
  const { orders, bad, cancels, repeats, looks, durationSeconds } = account;
  const perSecond = durationSeconds > 0 ? orders.accepted / durationSeconds : 0;
  const rows: (readonly [string, string])[] = [
    [
      'orders',
      `${orders.sent} sent: ${orders.accepted} accepted, ${orders.refused} refused, ${orders.unknown} unknown`,
    ],
  ];
  if (bad.sent > 0) {
    rows.push([
      'bad',
      `${bad.sent} sent: ${bad.refused} refused, ${bad.accepted} accepted, ${bad.unknown} unknown`,
    ]);
  }
  if (cancels.asked > 0) {
    rows.push([
      'cancels',
      `${cancels.asked}: ${cancels.cancelled} cancelled, ${cancels.kept} too late, ${cancels.unknown} unknown`,
    ]);
  }
  if (repeats.sent > 0) rows.push(['repeats', `${repeats.answered} of ${repeats.sent} answered`]);
  if (looks.answers > 0) {
    rows.push([
      'looks',
      `${looks.answers}, ${looks.wrong} wrong; ${looks.watchedToEnd} of ${looks.watched} watched to the end`,
    ]);
  }
  rows.push(
    ['sent', `in ${durationSeconds.toFixed(1)} s, ${perSecond.toFixed(0)} accepted per second`],
    ['requests', requestsLine(account.requests)],
    ['202 after', latencyLine(account.latencyMs)],
    ['settled', `${latencyLine(account.settleMs)} (retries and waits included)`],
  );
  if (account.droppedIterations > 0)
    rows.push(['dropped', `${account.droppedIterations} arrivals: raise USERS or lower RATE`]);
  const title = `${account.scenario} · run ${account.runId} · seed ${account.seed} · ${account.baseUrl}`;
  const lines = rows.map(([name, text]) => `  ${name.padEnd(10)}${text}`);
  return ['', title, '', ...lines, `  ${thresholdsLine(account.thresholds)}`, '', ''].join('\n');
}
