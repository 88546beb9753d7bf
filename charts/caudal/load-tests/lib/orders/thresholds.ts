import { acceptedDurationName, requestMetrics, visibleStatuses } from '../summary.ts';
import type { OrdersSettings } from './settings.ts';

/** Tags on requests. */
export const requestNames = { order: 'post-order', cancel: 'cancel-order', look: 'get-order' } as const;

/** Names of these load tests' own metrics. */
export const orderMetrics = {
  /** Orders handed to the network, once however often they are retried. */
  sent: 'orders_sent',
  /** Orders answered 202. */
  accepted: 'orders_accepted',
  /** Orders answered so that none was written. */
  refused: 'orders_refused',
  /** Orders sent and not (yet) settled: goes up when sent, down when settled. */
  unknown: 'orders_unknown',
  /** What had to be refused, was, and was not. */
  badSent: 'bad_orders_sent',
  badRefused: 'bad_orders_refused',
  badAccepted: 'bad_orders_accepted',
  /** Accepted orders that were to be cancelled, were, and were too far. */
  cancelsAsked: 'cancels_asked',
  cancelled: 'orders_cancelled',
  kept: 'orders_kept',
  /** Accepted orders sent once more under their key, and answered with an id. */
  repeatsSent: 'repeats_sent',
  repeatsAnswered: 'repeats_answered',
  /** Answers about an order that a customer looked at. */
  looks: 'order_looks',
  /** Watched orders, and those seen to their end. */
  watched: 'orders_watched',
  watchedToEnd: 'orders_watched_to_end',
  /** Answers that were not about the order asked for, or took back what was said of it. */
  wrong: 'wrong_orders',
  ...requestMetrics,
} as const;

/** The conditions a run must meet; k6 exits 99 when one fails. */
export function ordersGates({ limits, load, mix }: OrdersSettings): Record<string, string[]> {
  const isEachAccepted = load.kind === 'fixed-count' && mix.badShare === 0;
  const fewest = isEachAccepted ? load.messages - limits.maxRefused - limits.maxUnknown : 1;
  return {
    [orderMetrics.accepted]: [`count>=${Math.max(1, fewest)}`],
    [orderMetrics.refused]: [`count<=${limits.maxRefused}`],
    [orderMetrics.unknown]: [`count<=${limits.maxUnknown}`],
    [orderMetrics.badAccepted]: ['count<=0'],
    [orderMetrics.wrong]: ['count<=0'],
    [acceptedDurationName(requestNames.order)]: [`p(95)<${limits.p95Ms}`, `p(99)<${limits.p99Ms}`],
    dropped_iterations: [`count<=${limits.maxDropped}`],
  };
}

/** All thresholds of a run: the ones that judge it and the ones that make it countable. */
export function ordersThresholds(settings: OrdersSettings): Record<string, string[]> {
  return { ...visibleStatuses(requestNames.order), ...ordersGates(settings) };
}
