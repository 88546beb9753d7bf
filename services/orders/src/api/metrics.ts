import {
  counter,
  gauge,
  histogram,
  LATENCY_BUCKETS_SECONDS,
  METRICS,
  type Registry,
} from '@caudal/common/metrics';

const OUTCOMES = ['accepted', 'refused', 'unconfirmed'] as const;

/** What became of an order at the API. */
export type Outcome = (typeof OUTCOMES)[number];

/** Metrics of the orders API. */
export interface OrderMetrics {
  /** Counts an order. */
  ordered(outcome: Outcome): void;
  /** Counts a response; `route` is a template, never a path. */
  answered(route: string, status: number): void;
  /** Records seconds from the arrival of an order to its response. */
  orderTook(seconds: number): void;
  /** Records seconds from a flush to the confirm of its last order. */
  writeTook(seconds: number): void;
}

/** What is read at each scrape. */
export interface OrderGauges {
  /** Whether orders can be written. */
  isReady(): boolean;
  /** Clients that watch an order. */
  clients(): number;
}

/** Registers the metrics. */
export function createOrderMetrics(registry: Registry, gauges: OrderGauges): OrderMetrics {
  const orders = counter(registry, METRICS.orders);
  const requests = counter(registry, METRICS.orderRequests);
  const requestSeconds = histogram(registry, METRICS.orderRequestSeconds, LATENCY_BUCKETS_SECONDS);
  const writeSeconds = histogram(registry, METRICS.orderWriteSeconds, LATENCY_BUCKETS_SECONDS);
  gauge(registry, METRICS.orderClients, (metric) => metric.set({}, gauges.clients()));
  gauge(registry, METRICS.orderLogUp, (metric) => metric.set({}, gauges.isReady() ? 1 : 0));
  for (const outcome of OUTCOMES) orders.inc({ outcome }, 0);
  return {
    ordered: (outcome) => orders.inc({ outcome }),
    answered: (route, status) => requests.inc({ route, status: String(status) }),
    orderTook: (seconds) => requestSeconds.observe({}, seconds),
    writeTook: (seconds) => writeSeconds.observe({}, seconds),
  };
}
