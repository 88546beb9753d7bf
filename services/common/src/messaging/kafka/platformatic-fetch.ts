import { type Consumer, FetchIsolationLevels } from '@platformatic/kafka';
import { type Run, recordsFrom } from './fetched-records.ts';

const MAX_BYTES = 10_485_760;

/** Where to fetch from and how much. */
export interface FetchRequest {
  readonly topic: string;
  /** The broker to ask: it must lead all the partitions. */
  readonly node: number;
  /** Offset to begin at, by partition. */
  readonly offsets: ReadonlyMap<number, number>;
  /** A first record batch comes whole, whatever the limit. */
  readonly maxBytesPerPartition: number;
  /** The broker answers when it has this; default 1. */
  readonly minBytes?: number;
  /** How long it waits for them. */
  readonly maxWaitMs: number;
}

/**
 * One fetch of committed messages: what it brought, by partition. Rejects with the driver's error, for example when a
 * partition does not have the offset.
 */
export async function fetchRuns(
  consumer: Consumer,
  { topic, node, offsets, maxBytesPerPartition, minBytes = 1, maxWaitMs }: FetchRequest,
): Promise<Map<number, Run>> {
  const metadata = await consumer.metadata({ topics: [topic] });
  const response = await consumer.fetch({
    node,
    maxWaitTime: maxWaitMs,
    minBytes,
    maxBytes: MAX_BYTES,
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    topics: [
      {
        topicId: metadata.topics.get(topic)?.id ?? '',
        partitions: Array.from(offsets, ([partition, offset]) => ({
          partition,
          fetchOffset: BigInt(offset),
          partitionMaxBytes: maxBytesPerPartition,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
        })),
      },
    ],
  });
  const runs = new Map<number, Run>();
  for (const answer of response.responses.flatMap(({ partitions }) => partitions)) {
    const from = offsets.get(answer.partitionIndex);
    if (from === undefined) continue;
    runs.set(
      answer.partitionIndex,
      recordsFrom(from, answer.records ?? [], answer.abortedTransactions ?? []),
    );
  }
  return runs;
}
