import type { OutcomeCounts } from '../account.ts';
import type { RunIdentity } from '../run.ts';
import {
  acceptedDurationName,
  count,
  type LatencyFigures,
  latency,
  type RequestFigures,
  requestFigures,
  type SummaryData,
  type ThresholdResults,
  thresholdResults,
} from '../summary.ts';
import type { OrdersScenario } from './profiles.ts';
import type { OrdersSettings } from './settings.ts';
import { orderMetrics, ordersGates, requestNames } from './thresholds.ts';

/** Result of a run as written to ACCOUNT_FILE. */
export type OrdersAccount = {
  runId: string;
  scenario: OrdersScenario;
  seed: string;
  baseUrl: string;
  /** ISO 8601, UTC: after the target was found alive, and after the last answer. */
  startedAt: string;
  endedAt: string;
  durationSeconds: number;
  /** Begins the key of every order; the ledger has them all. */
  keyPrefix: string;
  /** sent = accepted + refused + unknown. */
  orders: OutcomeCounts & { sent: number };
  /** What had to be refused; an accepted one fails the run. */
  bad: OutcomeCounts & { sent: number };
  /** asked = cancelled + kept + unknown. */
  cancels: { asked: number; cancelled: number; kept: number; unknown: number };
  /** Accepted orders that were sent once more under their key. */
  repeats: { sent: number; answered: number };
  /** Answers to customers who looked at their order, and answers that were wrong. */
  looks: { answers: number; wrong: number; watched: number; watchedToEnd: number };
  /** Requests that order, repeats included. */
  requests: RequestFigures;
  /** Arrivals that k6 could not start in time. */
  droppedIterations: number;
  /** Attempts to order answered 202. */
  latencyMs: LatencyFigures;
  /** From an order's first attempt to its 202, with waits and retries. */
  settleMs: LatencyFigures;
  thresholds: ThresholdResults;
};

/** Reads the account out of k6's end-of-test data. What was sent and never settled is unknown. */
export function buildOrdersAccount(
  data: SummaryData,
  settings: OrdersSettings,
  run: RunIdentity,
  endedAtMs: number,
): OrdersAccount {
  const of = (name: keyof typeof orderMetrics): number => count(data, orderMetrics[name]);
  const outcomes = (sent: number, accepted: number, refused: number) => ({
    sent,
    accepted,
    refused,
    unknown: sent - accepted - refused,
  });
  const cancels = { asked: of('cancelsAsked'), cancelled: of('cancelled'), kept: of('kept') };
  return {
    runId: run.runId,
    scenario: settings.scenario,
    seed: settings.seed,
    baseUrl: settings.baseUrl,
    startedAt: new Date(run.startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    durationSeconds: (endedAtMs - run.startedAtMs) / 1000,
    keyPrefix: run.keyPrefix,
    orders: outcomes(of('sent'), of('accepted'), of('refused')),
    bad: outcomes(of('badSent'), of('badAccepted'), of('badRefused')),
    cancels: { ...cancels, unknown: cancels.asked - cancels.cancelled - cancels.kept },
    repeats: { sent: of('repeatsSent'), answered: of('repeatsAnswered') },
    looks: {
      answers: of('looks'),
      wrong: of('wrong'),
      watched: of('watched'),
      watchedToEnd: of('watchedToEnd'),
    },
    requests: requestFigures(data, requestNames.order),
    droppedIterations: count(data, 'dropped_iterations'),
    latencyMs: latency(data, acceptedDurationName(requestNames.order)),
    settleMs: latency(data, orderMetrics.settleTime),
    thresholds: thresholdResults(data, ordersGates(settings)),
  };
}
