import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { identityText } from './stored-row.ts';

/** A lane's log. */
export interface LaneLog {
  /** `host:port`, comma-separated. */
  readonly brokers: string;
  readonly topic: string;
}

/** Time without a record after which the log counts as unreadable, ms. */
const SILENT_MS = 20_000;

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
    if (until.size > 0) await readUntil(kafka, topic, until, passed);
    return passed;
  } finally {
    await admin.disconnect();
  }
}

async function readUntil(
  kafka: Kafka,
  topic: string,
  until: Map<number, number>,
  passed: Set<string>,
): Promise<void> {
  const groupId = `caudal-verify-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const give = (): NodeJS.Timeout =>
    setTimeout(() => reject(new Error(`${topic}: no record for ${SILENT_MS / 1_000} s`)), SILENT_MS);
  let silence = give();
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        clearTimeout(silence);
        silence = give();
        const end = until.get(batch.partition);
        for (const { offset, value } of batch.messages) {
          if (end === undefined || Number(offset) >= end) break;
          const identity = identityIn(value);
          if (identity !== undefined) passed.add(identity);
        }
        if (end !== undefined && Number(batch.lastOffset()) >= end - 1) until.delete(batch.partition);
        if (until.size === 0) resolve();
        return Promise.resolve();
      },
    });
    await done;
  } finally {
    clearTimeout(silence);
    await consumer.disconnect();
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
