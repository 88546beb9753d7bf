import { randomUUID } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';

/** Offsets by partition. */
export type Offsets = ReadonlyMap<number, number>;

/** Time without a record after which a topic counts as unreadable, ms. */
const SILENT_MS = 20_000;

/**
 * Reads a topic's records without the services' code, in the order of each partition. Commits nothing.
 *
 * @param range `until`: the offset after the last record to read, by partition, of those with one to read; `from`: the first, by
 * default the beginning
 * @throws Error when the topic falls silent before the end
 */
export async function readRecords(
  kafka: Kafka,
  topic: string,
  { from = new Map(), until }: { readonly from?: Offsets; readonly until: Offsets },
  onRecord: (record: KafkaMessage) => void,
): Promise<void> {
  const next = new Map(from);
  const left = new Map([...until].filter(([partition, end]) => end > (from.get(partition) ?? 0)));
  if (left.size === 0) return;
  const groupId = `caudal-verify-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const give = (): NodeJS.Timeout =>
    setTimeout(() => reject(new Error(`${topic}: no record for ${SILENT_MS / 1_000} s`)), SILENT_MS);
  let silence = give();
  try {
    await consumer.connect();
    // At each join, as the driver starts over after an error.
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const [partition, offset] of next)
        if (left.has(partition)) consumer.seek({ topic, partition, offset: String(offset) });
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const end = left.get(batch.partition);
        if (end === undefined) return Promise.resolve();
        clearTimeout(silence);
        silence = give();
        for (const record of batch.messages) {
          const offset = Number(record.offset);
          // What was fetched before the seek may be fetched again.
          if (offset < (next.get(batch.partition) ?? 0) || offset >= end) continue;
          next.set(batch.partition, offset + 1);
          onRecord(record);
        }
        if (Number(batch.lastOffset()) >= end - 1) left.delete(batch.partition);
        if (left.size === 0) resolve();
        return Promise.resolve();
      },
    });
    await done;
  } finally {
    clearTimeout(silence);
    await consumer.disconnect();
  }
}
