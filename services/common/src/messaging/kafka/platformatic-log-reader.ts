import type { Admin, Consumer } from '@platformatic/kafka';
import type { LogBounds } from './log-position.ts';
import type { LogReader } from './placer.ts';
import { logBounds } from './platformatic-client.ts';
import { fetchRuns } from './platformatic-fetch.ts';

const MAX_WAIT_MS = 500;

/** Reads the topic's log beside the consumer's own fetches. */
export class PlatformaticLogReader implements LogReader {
  readonly #admin: Admin;
  readonly #consumer: Consumer;
  readonly #topic: string;

  constructor(admin: Admin, consumer: Consumer, topic: string) {
    this.#admin = admin;
    this.#consumer = consumer;
    this.#topic = topic;
  }

  bounds(partitions: readonly number[]): Promise<Map<number, LogBounds>> {
    return logBounds(this.#admin, this.#topic, partitions);
  }

  async record(partition: number, offset: number): Promise<Buffer | null | undefined> {
    const topic = this.#topic;
    try {
      const metadata = await this.#consumer.metadata({ topics: [topic] });
      const node = metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;
      if (node < 0) throw new Error(`partition ${topic}:${partition} has no leader`);
      const offsets = new Map([[partition, offset]]);
      const runs = await fetchRuns(this.#consumer, {
        topic,
        node,
        offsets,
        maxBytesPerPartition: 1,
        maxWaitMs: MAX_WAIT_MS,
      });
      const run = runs.get(partition);
      return run?.offsets[0] === offset ? run.values[0] : undefined;
    } catch (error) {
      // The next try asks who leads.
      this.#consumer.clearMetadata();
      throw error;
    }
  }
}
