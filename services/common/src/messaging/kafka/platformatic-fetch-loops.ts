import type { Consumer } from '@platformatic/kafka';
import { backOffMs } from '../../back-off.ts';
import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { Assignment, Partition } from './assignment.ts';
import { fetchWait } from './fetch-wait.ts';
import type { Run } from './fetched-records.ts';
import type { HeldPartitions } from './held-partitions.ts';
import { patiently } from './patiently.ts';
import { leadersOf } from './platformatic-client.ts';
import { fetchRuns } from './platformatic-fetch.ts';
import type { KafkaSettings } from './settings.ts';

/** Records of one partition, with the offset they were requested from. */
export interface Fetched extends Run {
  readonly partition: Partition;
  readonly askedFrom: number;
}

/** Dependencies of {@link FetchLoops}. */
export interface FetchLoopsOptions {
  readonly settings: KafkaSettings;
  readonly logger: Logger;
  readonly held: HeldPartitions;
  /** Delivers records; the partition's next ones follow when it has resolved. */
  readonly deliver: (assignment: Assignment, fetched: Fetched) => Promise<void>;
}

/**
 * Fetches the assigned partitions from their positions. One loop per leading broker requests all of its partitions at
 * once, and requests the next records while handlers work. Records that a handler's outcome has made stale are dropped.
 */
export class FetchLoops {
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #held: HeldPartitions;
  readonly #deliver: FetchLoopsOptions['deliver'];
  /** Brokers that have a loop. */
  readonly #nodes = new Set<number>();

  constructor({ settings, logger, held, deliver }: FetchLoopsOptions) {
    this.#settings = settings;
    this.#logger = logger;
    this.#held = held;
    this.#deliver = deliver;
  }

  /** Starts a loop for every broker that leads an assigned partition and has none. */
  async start(client: Consumer, assignment: Assignment): Promise<void> {
    for (const node of (await this.#leaders(client, assignment)).keys()) {
      if (this.#nodes.has(node)) continue;
      this.#nodes.add(node);
      this.#held.run(() => this.#loop(client, node).finally(() => this.#onEnd(client, node)));
    }
  }

  /** A loop may have ended for an assignment that was replaced meanwhile. */
  #onEnd(client: Consumer, node: number): void {
    this.#nodes.delete(node);
    const { current } = this.#held;
    if (current?.positioned && !this.#held.isIdle()) this.#held.run(() => this.start(client, current));
  }

  /** Our partitions by leading broker; empty when they are no longer ours. */
  async #leaders(client: Consumer, assignment: Assignment): Promise<Map<number, Partition[]>> {
    const ask = () => leadersOf(client, this.#settings.topic, [...assignment.partitions.values()]);
    const answer = await patiently(ask, {
      isWanted: () => this.#held.isOurs(assignment),
      logger: this.#logger,
      complaint: 'Kafka does not report the partition leaders',
    });
    return answer ?? new Map();
  }

  /** Reads from one broker for as long as it leads an assigned partition. */
  async #loop(client: Consumer, node: number): Promise<void> {
    let ahead: Promise<Fetched[]> | undefined;
    for (;;) {
      const assignment = this.#held.current;
      if (!assignment?.positioned || this.#held.isIdle()) break;
      const leaders = await this.#leaders(client, assignment);
      const mine = leaders.get(node);
      if (!mine) break;
      const fetched = await this.#untilStopped(ahead ?? this.#fetch(client, assignment, node, mine, []));
      ahead = undefined;
      if (assignment !== this.#held.current) continue;
      const doubted = mine.filter(({ isDoubted }) => isDoubted);
      if (doubted.length > 0) {
        await this.#held.place(assignment, doubted);
        continue;
      }
      const current = fetched.filter(({ partition, askedFrom }) => partition.readFrom === askedFrom);
      ahead = this.#fetch(client, assignment, node, mine, current);
      await Promise.all(current.map((run) => this.#deliver(assignment, run)));
      for (const other of leaders.keys()) if (!this.#nodes.has(other)) await this.start(client, assignment);
    }
    if (ahead) await this.#untilStopped(ahead);
  }

  /** A silent broker must not delay a stop, so the fetch is abandoned. */
  #untilStopped(fetch: Promise<Fetched[]>): Promise<Fetched[]> {
    const { stopping } = this.#held;
    if (stopping.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      const giveUp = () => resolve([]);
      stopping.addEventListener('abort', giveUp, { once: true });
      void fetch.then((fetched) => {
        stopping.removeEventListener('abort', giveUp);
        resolve(fetched);
      });
    });
  }

  /**
   * Sends one request for all of a broker's partitions, from their positions or, for those in `beingDelivered`, from the
   * next ones. Never rejects: after an error it waits, marks the partitions as doubted, and returns nothing.
   */
  async #fetch(
    client: Consumer,
    assignment: Assignment,
    node: number,
    partitions: readonly Partition[],
    beingDelivered: readonly Fetched[],
  ): Promise<Fetched[]> {
    const { topic, maxBytesPerPartition } = this.#settings;
    const offsets = new Map(partitions.map(({ id, readFrom: from }) => [id, from]));
    for (const { partition, next } of beingDelivered) offsets.set(partition.id, next);
    try {
      const runs = await fetchRuns(client, {
        topic,
        node,
        offsets,
        maxBytesPerPartition,
        ...fetchWait(this.#settings),
      });
      return Array.from(runs).flatMap(([id, run]) => {
        const partition = assignment.partitions.get(id);
        const askedFrom = offsets.get(id);
        if (!partition || askedFrom === undefined || run.next === askedFrom) return [];
        return [{ partition, askedFrom, ...run }];
      });
    } catch (error) {
      if (!this.#held.isOurs(assignment)) return [];
      this.#logger.warn({ node }, `a fetch from Kafka failed: ${errorMessage(error)}`);
      client.clearMetadata();
      await new Promise((resolve) => setTimeout(resolve, backOffMs(1)));
      // Perhaps the log does not have the offset (any more), or the broker came back with another log.
      for (const partition of partitions) partition.isDoubted = true;
      return [];
    }
  }
}
