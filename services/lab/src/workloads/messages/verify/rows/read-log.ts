import { Kafka, logLevel } from 'kafkajs';
import { readRecords } from '../read-records.ts';
import { identityText } from './stored-row.ts';

/** A lane's log. */
export interface LaneLog {
  /** `host:port`, comma-separated. */
  readonly brokers: string;
  readonly topic: string;
}

/**
 * Reads the log from its beginning up to a store's positions, without the services' code, and returns the identities of what it
 * has there. What retention has deleted is not among them.
 *
 * @param positions the offset to read next, by `topic:partition`
 * @throws Error when the log falls silent before the positions
 */
export async function readPassed(
  { brokers, topic }: LaneLog,
  positions: ReadonlyMap<string, number>,
): Promise<ReadonlySet<string>> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    /** What is left to read, by partition: up to the position, and not more than there is. */
    const until = new Map(
      ends.flatMap(({ partition, low, high }) => {
        const end = Math.min(positions.get(`${topic}:${partition}`) ?? 0, Number(high));
        return end > Number(low) ? [[partition, end] as const] : [];
      }),
    );
    const passed = new Set<string>();
    await readRecords(kafka, topic, { until }, ({ value }) => {
      const identity = identityIn(value);
      if (identity !== undefined) passed.add(identity);
    });
    return passed;
  } finally {
    await admin.disconnect();
  }
}

/** Identity of a record; undefined for poison, which no store keeps. */
function identityIn(value: Buffer | null): string | undefined {
  try {
    const { producer, key, sequence } = JSON.parse(String(value)) as {
      readonly producer?: string;
      readonly key?: string;
      readonly sequence: number;
    };
    if (producer === undefined && key === undefined) return undefined;
    return identityText({ scope: producer === undefined ? `k:${key}` : `p:${producer}`, sequence });
  } catch {
    return undefined;
  }
}
