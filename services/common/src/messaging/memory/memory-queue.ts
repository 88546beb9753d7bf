import { AppError } from '../../errors.ts';
import type {
  Backlog,
  BacklogReader,
  ConsumerHandlers,
  DeliveryBatch,
  MessageConsumer,
  MessagePublisher,
} from '../ports.ts';
import { MemoryPublisher, PublishFaults } from './memory-publisher.ts';

interface QueuedMessage {
  readonly body: Buffer;
  redelivered: boolean;
}

/** A parked message and its headers. */
export interface MemoryDeadLetter {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A queue in this process, for tests of the port's users: behaves like the RabbitMQ adapter. */
export class MemoryQueue {
  readonly name: string;
  readonly faults = new PublishFaults();
  readonly deadLetters: MemoryDeadLetter[] = [];
  readonly maxBatchMessages: number;
  #messages: QueuedMessage[] = [];
  readonly #consumers = new Set<MemoryQueueConsumer>();

  constructor(options: { readonly name?: string; readonly maxBatchMessages?: number } = {}) {
    this.name = options.name ?? 'message';
    this.maxBatchMessages = options.maxBatchMessages ?? 1_000;
  }

  createPublisher(): MessagePublisher {
    return new MemoryPublisher('rabbitmq', this.faults, (bodies) => this.append(bodies));
  }

  createConsumer(clientId = 'memory'): MessageConsumer {
    return new MemoryQueueConsumer(this, clientId);
  }

  createBacklogReader(): BacklogReader {
    return {
      broker: 'rabbitmq',
      connect: () => Promise.resolve(),
      sources: () => Promise.resolve([]),
      read: () => Promise.resolve(this.#backlog()),
      close: () => Promise.resolve(),
    };
  }

  /** Appends messages, regardless of faults. */
  append(bodies: readonly Buffer[]): void {
    for (const body of bodies) this.#messages.push({ body, redelivered: false });
    this.#wake();
  }

  /** Cuts every consumer's connection: what it has not acknowledged is redelivered and marked as such. */
  redeliver(): void {
    for (const consumer of [...this.#consumers]) consumer.lose();
  }

  /** @internal */
  attach(consumer: MemoryQueueConsumer): void {
    this.#consumers.add(consumer);
    this.#wake();
  }

  /** @internal */
  detach(consumer: MemoryQueueConsumer): void {
    this.#consumers.delete(consumer);
  }

  /** @internal */
  take(): QueuedMessage[] {
    return this.#messages.splice(0, this.maxBatchMessages);
  }

  /** @internal */
  giveBack(messages: readonly QueuedMessage[]): void {
    for (const message of messages) message.redelivered = true;
    this.#messages = [...messages, ...this.#messages];
    this.#wake();
  }

  #wake(): void {
    const [first] = this.#consumers;
    if (!first) return;
    // Move the first consumer to the end, so that all get their share.
    this.#consumers.delete(first);
    this.#consumers.add(first);
    for (const consumer of this.#consumers) consumer.wake();
  }

  #backlog(): Backlog {
    const waiting = this.#messages.length;
    const inHand = [...this.#consumers].reduce((sum, consumer) => sum + consumer.inHand(), 0);
    return {
      messages: waiting + inHand,
      covers: 'waiting and in hand',
      waiting,
      inHand,
      bySource: { [this.name]: waiting + inHand },
      deadLetters: this.deadLetters.length,
      consumers: this.#consumers.size,
    };
  }
}

class MemoryQueueConsumer implements MessageConsumer {
  readonly broker = 'rabbitmq';
  readonly #queue: MemoryQueue;
  readonly #clientId: string;
  readonly #stopping = new AbortController();
  #handlers: ConsumerHandlers | undefined;
  /** Connection counter; batches of older connections are invalid. */
  #generation = 0;
  #held: readonly QueuedMessage[] = [];
  #running: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(queue: MemoryQueue, clientId: string) {
    this.#queue = queue;
    this.#clientId = clientId;
  }

  start(handlers: ConsumerHandlers): Promise<void> {
    this.#handlers = handlers;
    this.#queue.attach(this);
    return Promise.resolve();
  }

  isReady(): boolean {
    return this.#handlers !== undefined && !this.#stopping.signal.aborted;
  }

  assignments(): readonly string[] {
    return this.isReady() ? [this.#queue.name] : [];
  }

  inHand(): number {
    return this.#held.length;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  wake(): void {
    if (this.#running || !this.isReady()) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  lose(): void {
    this.#generation++;
    const held = this.#held;
    this.#held = [];
    this.#queue.giveBack(held);
  }

  async #drain(): Promise<void> {
    // A turn later: what is appended together is delivered together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.isReady()) {
      const messages = this.#queue.take();
      if (messages.length === 0) return;
      this.#held = messages;
      await this.#handle(messages, this.#generation);
    }
  }

  async #handle(messages: readonly QueuedMessage[], generation: number): Promise<void> {
    const handlers = this.#handlers;
    if (!handlers) return;
    try {
      const outcome = await handlers.handle(this.#batch(messages, generation), this.#stopping.signal);
      if (generation !== this.#generation) return;
      if (outcome.kind !== 'stored') throw new Error('a queue has no positions');
      this.#held = [];
    } catch (error) {
      if (generation !== this.#generation) return;
      this.lose();
      if (this.#stopping.signal.aborted) return;
      this.#stopping.abort();
      handlers.onFatal(error);
    }
  }

  #batch(messages: readonly QueuedMessage[], generation: number): DeliveryBatch {
    const keepAlive = () =>
      generation === this.#generation
        ? Promise.resolve()
        : Promise.reject(new AppError('BROKER_UNAVAILABLE', 'the batch is no longer this consumer’s'));
    return {
      bodies: messages.map(({ body }) => body),
      redelivered: messages.filter(({ redelivered }) => redelivered).length,
      keepAlive,
      park: async (items) => {
        await keepAlive();
        for (const { index, reason } of items) {
          const body = messages[index]?.body;
          if (!body) throw new RangeError(`the batch has no message ${index}`);
          const headers = {
            'caudal-reason': reason,
            'caudal-source': this.#queue.name,
            'caudal-consumer': this.#clientId,
          };
          this.#queue.deadLetters.push({ body, headers });
        }
      },
    };
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#queue.detach(this);
    this.lose();
  }
}
