import type { FaultAction } from './plan-faults.ts';

/** Effect of a fault as observed in the services. */
export interface Evidence {
  /** Requests retried by the load generator. */
  readonly clientRetries: number;
  /**
   * Requests that an ingest process left unanswered. On a connection that was used before, Go's HTTP client (k6) sends them
   * again itself because they have an `Idempotency-Key`: the load generator does not notice.
   */
  readonly requestsCutOff: number;
  /** Messages redelivered by a broker, or batches behind the store's position. */
  readonly redeliveries: number;
  /** Messages already counted by a store. */
  readonly duplicates: number;
  /** Retried store transactions. */
  readonly storeRetries: number;
  /** Messages stored more than {@link LATE_AFTER_SECONDS} after they were accepted. */
  readonly late: number;
  /** Replies held back by a faulty proxy. */
  readonly repliesHeldBack: number;
}

/** Longer than any end-to-end latency without a fault. */
export const LATE_AFTER_SECONDS = 1;

/** Names of the parts of {@link Evidence}. */
export const EVIDENCE_NAMES = [
  'clientRetries',
  'requestsCutOff',
  'redeliveries',
  'duplicates',
  'storeRetries',
  'late',
  'repliesHeldBack',
] as const satisfies readonly (keyof Evidence)[];

/** Evidence required for a fault's effect: at least one count above 0 in each group. */
export function expectedEvidence(
  action: FaultAction,
  target: string,
): readonly (readonly (keyof Evidence)[])[] {
  // The driver or the consumer retries after a lost reply; either way the store receives a second request.
  if (action === 'swallow-replies' || action === 'reset') {
    return [['repliesHeldBack'], ['storeRetries', 'duplicates', 'redeliveries']];
  }
  if (target.startsWith('ingest-api'))
    return [action === 'kill' ? ['clientRetries', 'requestsCutOff'] : ['clientRetries']];
  // Ingest refuses requests as soon as its connection to RabbitMQ is lost, so a killed RabbitMQ makes the client retry.
  if (target === 'rabbitmq' && action === 'kill') return [['clientRetries']];
  // A broker suspended for less than the timeouts only adds delay, and so does a Kafka that returns from a kill while
  // its driver, which retries for seconds, still waits for it.
  if (target === 'rabbitmq' || target === 'kafka') return [['clientRetries', 'late']];
  // A store that returns quickly may receive the driver's retry before the consumer has to retry.
  if (target === 'valkey' || target === 'redis') return [['storeRetries', 'late']];
  return [['redeliveries', 'late']];
}

/** Whether the evidence shows an effect of the fault. */
export function hasBitten(action: FaultAction, target: string, evidence: Evidence): boolean {
  return expectedEvidence(action, target).every((group) => group.some((name) => evidence[name] > 0));
}

/** `late 120, redeliveries 33` */
export function describeEvidence(evidence: Evidence): string {
  const shown = EVIDENCE_NAMES.filter((name) => evidence[name] > 0).map(
    (name) => `${LABELS[name]} ${evidence[name]}`,
  );
  return shown.length === 0 ? 'no effect' : shown.join(', ');
}

const LABELS: Readonly<Record<keyof Evidence, string>> = {
  clientRetries: 'client retries',
  requestsCutOff: 'requests cut off',
  redeliveries: 'redelivered',
  duplicates: 'duplicates refused',
  storeRetries: 'store retries',
  late: 'late',
  repliesHeldBack: 'replies held back',
};
