import { Consumer, type GroupAssignment } from '@platformatic/kafka';
import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import { within } from '../within.ts';
import { kafkaError } from './errors.ts';
import { PartitionWatch } from './partition-watch.ts';
import { patiently } from './patiently.ts';
import { clientOptions, metadataMaxAge } from './platformatic-client.ts';
import type { KafkaSettings } from './settings.ts';

/** Time for the broker to answer a request to leave. A member that does not leave is removed when its session ends. */
const LEAVE_TIMEOUT_MS = 2_000;

/** What {@link PlatformaticMembership} reports to its consumer. */
export interface MembershipEvents {
  /** Called with the topic's partitions that a join gave. */
  readonly onJoin: (ids: readonly number[]) => void;
  /** Called when partitions may have gone to other members; a join follows. */
  readonly onLeave: () => void;
  /** Whether the membership is still wanted. */
  readonly isWanted: () => boolean;
}

/** A member of the consumer group: joins, rejoins when necessary, leaves. */
export class PlatformaticMembership {
  /** The group's client; also for fetches from the topic. */
  readonly client: Consumer;
  readonly #settings: KafkaSettings;
  readonly #logger: Logger;
  readonly #events: MembershipEvents;
  readonly #watch: PartitionWatch;
  #joining: Promise<void> | undefined;

  constructor(settings: KafkaSettings, logger: Logger, events: MembershipEvents) {
    const { group, topic, sessionTimeoutMs, maxBytesPerPartition } = settings;
    this.#settings = settings;
    this.#logger = logger;
    this.#events = events;
    this.client = new Consumer({
      ...clientOptions(settings),
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.round(sessionTimeoutMs / 3),
      rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
      heartbeatStallTimeout: 2 * sessionTimeoutMs,
      autocommit: false,
      maxBytesPerPartition,
    });
    this.client.topics.track(topic);
    this.#watch = new PartitionWatch({
      count: async (isFresh) => {
        const metadata = await this.client.metadata({ topics: [topic], forceUpdate: isFresh });
        return metadata.topics.get(topic)?.partitionsCount ?? 0;
      },
      intervalMs: metadataMaxAge(settings),
      logger,
      onGrown: (partitions) => this.#rejoin(`the topic has ${partitions} partitions now`),
    });
    this.#listen();
  }

  /** @throws AppError `BROKER_UNAVAILABLE`, retriable; the client is closed then. */
  async join(): Promise<void> {
    try {
      await this.client.joinGroup({});
    } catch (error) {
      await this.client.close(true).catch(() => undefined);
      throw kafkaError(error, this.#settings);
    }
  }

  /** Stops joining. Resolves when no join is in progress. */
  async stop(): Promise<void> {
    this.#watch.stop();
    await this.#joining;
  }

  /** Leaves the group, if the broker answers in time, and closes the client. */
  async leave(): Promise<void> {
    // A client that is closed as a member may keep sending heartbeats, which keeps the process alive.
    await within(LEAVE_TIMEOUT_MS, this.#leaveGroup());
    await this.client.close(true).catch(() => undefined);
  }

  #leaveGroup(): Promise<void> {
    return new Promise((resolve) => {
      this.client.leaveGroup(true, () => resolve());
    });
  }

  #listen(): void {
    const { client } = this;
    client.on('consumer:group:join', ({ assignments, isLeader }) => {
      this.#onJoin(assignments ?? []);
      // Only a leader that joins again makes the group rebalance, so only the leader needs to know. One that has stopped
      // may still be let in: a watch would keep its process alive.
      if (isLeader && this.#events.isWanted()) this.#watch.start();
      else this.#watch.stop();
    });
    for (const event of ['consumer:group:rebalance', 'consumer:group:leave'] as const)
      client.on(event, () => this.#events.onLeave());
    // The client gives up after a few tries; we do not.
    client.on('error', (error: unknown) => this.#rejoin(error));
    client.on('consumer:heartbeat:stalled', ({ lastError }) => this.#rejoin(lastError));
  }

  #onJoin(assigned: readonly GroupAssignment[]): void {
    const { topic } = this.#settings;
    const ids = assigned.find((assignment) => assignment.topic === topic)?.partitions ?? [];
    this.#logger.info({ partitions: ids }, 'joined the Kafka group');
    this.#events.onJoin(ids);
  }

  #rejoin(reason: unknown): void {
    this.#events.onLeave();
    if (this.#joining || !this.#events.isWanted()) return;
    this.#logger.warn(`joining the Kafka group again: ${errorMessage(reason)}`);
    const joined = patiently(() => this.client.joinGroup({}), {
      isWanted: this.#events.isWanted,
      logger: this.#logger,
      complaint: 'Kafka refuses the consumer’s join',
    });
    this.#joining = joined.then(() => {
      this.#joining = undefined;
    });
  }
}
