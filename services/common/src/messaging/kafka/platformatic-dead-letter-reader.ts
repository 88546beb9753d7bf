import { Admin, Consumer, FetchIsolationLevels } from '@platformatic/kafka';
import type { DeadLetterReader, ParkedMessage } from '../log-tail.ts';
import { kafkaError } from './errors.ts';
import { clientOptions, logBounds } from './platformatic-client.ts';
import type { KafkaSettings } from './settings.ts';

const MAX_BYTES = 1_048_576;
const MAX_WAIT_MS = 500;
/** The client wants a name for a group; nothing here joins one. */
const NO_GROUP = 'none';

/** Reads the newest records of the dead-letter topic, which has one partition, by plain fetches. */
export class PlatformaticDeadLetterReader implements DeadLetterReader {
  readonly #settings: KafkaSettings;
  readonly #admin: Admin;
  readonly #consumer: Consumer;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#admin = new Admin(clientOptions(settings));
    this.#consumer = new Consumer({ ...clientOptions(settings), groupId: NO_GROUP, autocommit: false });
  }

  async newest(limit: number): Promise<readonly ParkedMessage[]> {
    const { deadLetterTopic: topic } = this.#settings;
    try {
      const metadata = await this.#consumer.metadata({ topics: [topic] });
      const found: ParkedMessage[] = [];
      for (const [partition, { low, high }] of await logBounds(this.#admin, topic)) {
        const node = metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;
        let from = Math.max(low, high - limit);
        while (from < high) {
          const letters = await this.#fetch(node, metadata.topics.get(topic)?.id ?? '', partition, from);
          if (letters.length === 0) break;
          found.push(...letters.map(({ letter }) => letter));
          from = (letters.at(-1)?.offset ?? from) + 1;
        }
      }
      return found.slice(-limit).reverse();
    } catch (error) {
      this.#consumer.clearMetadata();
      throw kafkaError(error, this.#settings);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#admin.close(), this.#consumer.close(true)]);
  }

  async #fetch(node: number, topicId: string, partition: number, fetchOffset: number) {
    const response = await this.#consumer.fetch({
      node,
      maxWaitTime: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      topics: [
        {
          topicId,
          partitions: [
            {
              partition,
              fetchOffset: BigInt(fetchOffset),
              partitionMaxBytes: MAX_BYTES,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            },
          ],
        },
      ],
    });
    const batches = response.responses.flatMap(({ partitions }) =>
      partitions.flatMap(({ records }) => records ?? []),
    );
    return batches.flatMap((batch) =>
      batch.records.flatMap((record) => {
        const offset = Number(batch.firstOffset) + record.offsetDelta;
        // A batch may begin before the offset that was asked for.
        if (offset < fetchOffset) return [];
        const headers = new Map(record.headers.map(([name, value]) => [String(name), String(value ?? '')]));
        const letter: ParkedMessage = {
          reason: headers.get('caudal-reason') ?? '',
          source: headers.get('caudal-source') ?? '',
          consumer: headers.get('caudal-consumer') ?? '',
          parkedAt: Number(batch.firstTimestamp + record.timestampDelta),
          bytes: Number(headers.get('caudal-cut-from-bytes') ?? record.value?.length ?? 0),
        };
        return [{ offset, letter }];
      }),
    );
  }
}
