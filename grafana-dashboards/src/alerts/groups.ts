import { ACCOUNT_ALERTS, ACCOUNT_RECORDINGS } from './account.ts';
import { FILM_ALERTS } from './films.ts';
import { INGEST_ALERTS } from './ingest.ts';
import { LANE_ALERTS } from './lanes.ts';
import { ORDER_ALERTS } from './orders.ts';
import { type AlertRule, type RecordingRule, runbookOf } from './rule.ts';
import { SERVER_ALERTS } from './servers.ts';

/** Every alert. */
export const ALERTS: readonly AlertRule[] = [
  ...ACCOUNT_ALERTS,
  ...LANE_ALERTS,
  ...INGEST_ALERTS,
  ...SERVER_ALERTS,
  ...ORDER_ALERTS,
  ...FILM_ALERTS,
];

/** Rule groups as Prometheus reads them. */
export function ruleGroups(): object {
  return {
    groups: [
      group('caudal-account', ACCOUNT_ALERTS, ACCOUNT_RECORDINGS),
      group('caudal-lanes', LANE_ALERTS),
      group('caudal-ingest', INGEST_ALERTS),
      group('caudal-servers', SERVER_ALERTS),
      // The chart installs these only where their systems are on.
      group('caudal-orders', ORDER_ALERTS),
      group('caudal-films', FILM_ALERTS),
    ],
  };
}

function group(
  name: string,
  alerts: readonly AlertRule[],
  recordings: readonly RecordingRule[] = [],
): object {
  return {
    name,
    rules: [
      ...recordings,
      ...alerts.map(({ alert, expr, for: duration, severity, summary, description }) => ({
        alert,
        expr,
        for: duration,
        labels: { severity },
        annotations: { summary, description, runbook: runbookOf(alert) },
      })),
    ],
  };
}
