import type { FaultAction } from './plan-faults.ts';

/** What the services showed while a fault was there: how it bit. */
export interface Evidence {
  /** Requests that the load generator sent again. */
  readonly clientRetries: number;
  /** Messages that a broker delivered again, or batches that a store had moved past. */
  readonly redeliveries: number;
  /** Messages that a store had already counted. */
  readonly duplicates: number;
  /** Store transactions tried again. */
  readonly storeRetries: number;
  /** Messages stored more than {@link LATE_AFTER_SECONDS} after they were accepted. */
  readonly late: number;
  /** Replies that a faulty proxy held back. */
  readonly repliesHeldBack: number;
}

/** Later than anything takes without a fault. */
export const LATE_AFTER_SECONDS = 1;

/** The parts of {@link Evidence} by name. */
export const EVIDENCE_NAMES = [
  'clientRetries',
  'redeliveries',
  'duplicates',
  'storeRetries',
  'late',
  'repliesHeldBack',
] as const satisfies readonly (keyof Evidence)[];

/** What must show for a fault to have bitten: of each group at least one above 0. */
export function expectedEvidence(
  action: FaultAction,
  target: string,
): readonly (readonly (keyof Evidence)[])[] {
  // A lost reply is made good by the driver or by the consumer; either way the store is asked a second time.
  if (action === 'swallow-replies' || action === 'reset') {
    return [['repliesHeldBack'], ['storeRetries', 'duplicates', 'redeliveries']];
  }
  if (target.startsWith('ingest-api')) return [['clientRetries']];
  // A server that is held still for less than the timeouts only delays what it would have taken.
  if (target === 'rabbitmq' || target === 'kafka') {
    return [action === 'kill' ? ['clientRetries'] : ['clientRetries', 'late']];
  }
  // A store that is back at once may get the command from the driver, before the consumer has to try again.
  if (target === 'valkey' || target === 'redis') return [['storeRetries', 'late']];
  return [['redeliveries', 'late']];
}

/** Whether the evidence shows that the fault was felt. */
export function hasBitten(action: FaultAction, target: string, evidence: Evidence): boolean {
  return expectedEvidence(action, target).every((group) => group.some((name) => evidence[name] > 0));
}

/** `late 120, redeliveries 33` */
export function describeEvidence(evidence: Evidence): string {
  const shown = EVIDENCE_NAMES.filter((name) => evidence[name] > 0).map(
    (name) => `${LABELS[name]} ${evidence[name]}`,
  );
  return shown.length === 0 ? 'nothing seen' : shown.join(', ');
}

const LABELS: Readonly<Record<keyof Evidence, string>> = {
  clientRetries: 'client retries',
  redeliveries: 'redelivered',
  duplicates: 'duplicates refused',
  storeRetries: 'store retries',
  late: 'late',
  repliesHeldBack: 'replies held back',
};
