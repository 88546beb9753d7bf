import type { BacklogReader, MessageConsumer, MessagePublisher } from '../../src/messaging/index.ts';

/** A parked message as a reader of the dead letters sees it. */
export interface ParkedMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A broker under test, with unique names (queue, topic, group). */
export interface MessagingHarness {
  readonly kind: 'queue' | 'log';
  /** The queue or topic. */
  readonly name: string;
  /** Sources of a log; 1 for a queue. */
  readonly partitions: number;
  /** The largest batch a consumer may hand over. */
  readonly maxBatchMessages: number;
  /** Most messages a consumer may hold that it has not acknowledged. */
  readonly prefetch: number;
  /** Connected, closed with the harness. */
  createPublisher(): Promise<MessagePublisher>;
  /** Stopped with the harness. */
  createConsumer(clientId?: string): Promise<MessageConsumer>;
  /** Connected, closed with the harness. */
  createBacklogReader(): Promise<BacklogReader>;
  deadLetters(count: number): Promise<readonly ParkedMessage[]>;
  dispose(): Promise<void>;
  /** Present where the broker is a real server. */
  readonly server?: BrokerServer;
  /**
   * Starts a consumer in a process of its own that takes a batch and never stores it; resolves when it holds one.
   * Present where the broker is a real server.
   */
  readonly startHoldingProcess?: () => Promise<{ kill(): Promise<void> }>;
}

/** Faults of a real server. */
export interface BrokerServer {
  /** Makes it write what it knows of new queues, which RabbitMQ does late; a killed one would lose them. */
  saveQueues(): Promise<void>;
  /** SIGKILL, then a start on the same data; resolves when it accepts connections again. */
  killAndRestart(): Promise<void>;
  /** Sends SIGSTOP; resolves with the function that resumes it. */
  freeze(): Promise<() => Promise<void>>;
}

/** Bodies `<prefix>0` … `<prefix>n-1`. */
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
