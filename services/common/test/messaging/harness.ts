import type { BacklogReader, MessageConsumer, MessagePublisher } from '../../src/messaging/index.ts';

/** A parked message, as read from the dead letters. */
export interface ParkedMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A broker under test, with unique names (queue, topic, group). */
export interface MessagingHarness {
  readonly kind: 'queue' | 'log';
  /** The queue or topic. */
  readonly name: string;
  /** Number of sources: a log's partitions; 1 for a queue. */
  readonly partitions: number;
  /** Maximum messages in a batch of a consumer. */
  readonly maxBatchMessages: number;
  /** Maximum unacknowledged messages of a consumer. */
  readonly prefetch: number;
  /** Connected, closed with the harness. */
  createPublisher(): Promise<MessagePublisher>;
  /** Stopped with the harness. */
  createConsumer(clientId?: string): Promise<MessageConsumer>;
  /** Connected, closed with the harness. */
  createBacklogReader(): Promise<BacklogReader>;
  deadLetters(count: number): Promise<readonly ParkedMessage[]>;
  dispose(): Promise<void>;
  /** Only if the broker is a real server. */
  readonly server?: BrokerServer;
  /**
   * Starts a consumer in a separate process that takes a batch and never stores it; resolves when it holds one.
   * Only if the broker is a real server.
   */
  readonly startHoldingProcess?: () => Promise<{ kill(): Promise<void> }>;
}

/** Faults of a real server. */
export interface BrokerServer {
  /** Port that clients connect to. */
  readonly port: number;
  /** Makes RabbitMQ write its record of new queues, which it does with a delay; a killed broker would lose them. */
  saveQueues(): Promise<void>;
  /** Sends SIGKILL; resolves with the function that starts it on the same data, until it accepts connections again. */
  kill(): Promise<() => Promise<void>>;
  /** Sends SIGSTOP; resolves with the function that resumes it. */
  freeze(): Promise<() => Promise<void>>;
}

/** Returns the bodies `<prefix>0` … `<prefix>n-1`. */
export function bodiesOf(count: number, prefix = 'message-', from = 0): Buffer[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`${prefix}${from + index}`));
}

/** Publishes in calls of `size`, one after the other. */
export async function publishAll(
  publisher: MessagePublisher,
  bodies: readonly Buffer[],
  size = 100,
): Promise<void> {
  for (let from = 0; from < bodies.length; from += size) {
    await publisher.publish(bodies.slice(from, from + size));
  }
}
