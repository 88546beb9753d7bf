import { counter, METRICS, type Registry } from '@caudal/common/metrics';

/** Counts what came out of a log. */
export interface IntakeMetrics {
  /** Records taken in for the first time, and those that had been taken in already. */
  taken(fresh: number, duplicates: number): void;
  /** Records read again because the database was at another position. */
  redelivered(records: number): void;
  /** Records moved to the dead letters. */
  parked(records: number): void;
}

/** Registers the metrics of reading a topic; `onTaken` counts what is particular to it. */
export function createIntakeMetrics(
  registry: Registry,
  topic: string,
  onTaken: IntakeMetrics['taken'] = () => undefined,
): IntakeMetrics {
  const redeliveries = counter(registry, METRICS.orderRedeliveries).labels(topic);
  const deadLetters = counter(registry, METRICS.orderDeadLetters).labels(topic);
  for (const child of [redeliveries, deadLetters]) child.inc(0);
  return {
    taken: onTaken,
    redelivered: (records) => redeliveries.inc(records),
    parked: (records) => deadLetters.inc(records),
  };
}
