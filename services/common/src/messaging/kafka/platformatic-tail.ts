import { Admin, Consumer } from '@platformatic/kafka';
import { AppError, errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { LogDescription, LogTail, TailRun } from '../log-tail.ts';
import { kafkaError } from './errors.ts';
import { clientOptions, hasCode, logBounds } from './platformatic-client.ts';
import { fetchRuns } from './platformatic-fetch.ts';
import type { KafkaSettings } from './settings.ts';

const MAX_WAIT_MS = 100;
/** The client wants a name for a group; nothing here joins one. */
const NO_GROUP = 'none';

/** Reads the topic by plain fetches. Needs the right to describe and read the topic, and none to a group. */
export class PlatformaticTail implements LogTail {
  readonly topic: string;
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  /** A fetch that waits holds up what comes after it on its connection: other questions have their own. */
  readonly #admin: Admin;
  readonly #consumer: Consumer;

  constructor(settings: KafkaSettings, logger: Logger) {
    this.topic = settings.topic;
    this.#settings = settings;
    this.#logger = logger;
    this.#admin = new Admin(clientOptions(settings));
    this.#consumer = new Consumer({ ...clientOptions(settings), groupId: NO_GROUP, autocommit: false });
  }

  async describe(): Promise<LogDescription> {
    try {
      const metadata = await this.#admin.metadata({ topics: [this.topic], forceUpdate: true });
      const bounds = await logBounds(this.#admin, this.topic);
      return {
        id: metadata.topics.get(this.topic)?.id ?? '',
        bounds: Array.from(bounds.keys())
          .sort((a, b) => a - b)
          .map((partition) => bounds.get(partition) ?? { low: 0, high: 0 }),
      };
    } catch (error) {
      throw kafkaError(error, this.#settings);
    }
  }

  async read(from: readonly number[], maxBytes: number): Promise<ReadonlyMap<number, TailRun>> {
    try {
      const byLeader = await this.#byLeader(from);
      const answers = await Promise.allSettled(
        Array.from(byLeader, ([node, offsets]) =>
          fetchRuns(this.#consumer, {
            topic: this.topic,
            node,
            offsets,
            maxBytesPerPartition: maxBytes,
            maxWaitMs: MAX_WAIT_MS,
          }),
        ),
      );
      const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
      const isOutOfRange = failures.some((reason) => hasCode(reason, 'OFFSET_OUT_OF_RANGE'));
      if (failures.length > 0 && (failures.length === answers.length || isOutOfRange)) throw failures[0];
      for (const reason of failures) this.#onFailure(reason);
      const runs = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [...answer.value] : []));
      return new Map(runs.filter(([partition, run]) => run.next > (from[partition] ?? 0)));
    } catch (error) {
      // The next read asks who leads.
      this.#consumer.clearMetadata();
      throw kafkaError(error, this.#settings);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#admin.close(), this.#consumer.close(true)]);
  }

  #onFailure(reason: unknown): void {
    this.#logger.warn(`a broker of Kafka does not answer the live tail: ${errorMessage(reason)}`);
    this.#consumer.clearMetadata();
  }

  async #byLeader(from: readonly number[]): Promise<Map<number, Map<number, number>>> {
    const metadata = await this.#consumer.metadata({ topics: [this.topic] });
    const partitions = metadata.topics.get(this.topic)?.partitions ?? [];
    const leaders = new Map<number, Map<number, number>>();
    for (const [partition, offset] of from.entries()) {
      const leader = partitions[partition]?.leader ?? -1;
      // One without a leader is not read for now.
      if (leader < 0) continue;
      leaders.set(leader, (leaders.get(leader) ?? new Map<number, number>()).set(partition, offset));
    }
    if (leaders.size > 0) return leaders;
    throw new AppError('BROKER_UNAVAILABLE', `Kafka topic ${this.topic} has no leaders`, { retriable: true });
  }
}
