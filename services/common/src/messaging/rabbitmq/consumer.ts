import type { Channel, ConfirmChannel, ConsumeMessage, Message } from 'amqplib';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { ConsumerHandlers, DeliveryBatch, MessageConsumer } from '../ports.ts';
import type { RabbitmqSettings } from '../settings.ts';
import { within } from '../within.ts';
import { RabbitmqConnection, type Session } from './connection.ts';
import { park } from './park.ts';
import { ensureTopology } from './topology.ts';

const MAX_BATCH_MESSAGES = 1_000;
/** A silent broker must not hold up a stop: with the connection everything goes back anyway. */
const CANCEL_TIMEOUT_MS = 2_000;
/** After a batch of so many the queue is busy: the next one may gather a little, since large batches cost less. */
const BUSY_BATCH_MESSAGES = 64;
const GATHER_MS = 5;

/** Deliveries that came in a row; delivery tags of a channel with one consumer have no gaps. */
interface Chunk {
  bodies: Buffer[];
  redelivered: number;
  lastTag: number;
}

/** A subscription on one connection, with what it delivered and nobody handles yet. */
interface Subscription {
  readonly session: Session;
  readonly channel: Channel;
  readonly parkChannel: ConfirmChannel;
  consumerTag: string;
  readonly chunks: Chunk[];
}

/**
 * Reads the `message` queue in batches: what has arrived when the previous batch is done goes to the handler, at
 * most `maxBatchMessages`, so batches grow with the load and a lone message waits for nothing. While the queue is
 * busy a batch may gather for {@link GATHER_MS} more.
 *
 * One handler runs at a time and batches are handed over in order, so one acknowledgement covers a batch. It goes to
 * the channel that delivered the batch or nowhere: what a lost channel had delivered comes again.
 */
export class RabbitmqConsumer implements MessageConsumer {
  readonly broker = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #logger: Logger;
  readonly #maxBatchMessages: number;
  readonly #connection: RabbitmqConnection;
  readonly #stopping = new AbortController();
  #handlers: ConsumerHandlers | undefined;
  #subscription: Subscription | undefined;
  #running: Promise<void> | undefined;
  #scheduled = false;
  #lastBatchMessages = 0;
  #endGathering: (() => void) | undefined;
  #failed = false;
  #stopped: Promise<void> | undefined;

  constructor(
    settings: RabbitmqSettings,
    dependencies: { readonly logger: Logger; readonly maxBatchMessages?: number | undefined },
  ) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#maxBatchMessages = dependencies.maxBatchMessages ?? MAX_BATCH_MESSAGES;
    this.#connection = new RabbitmqConnection({
      settings,
      purpose: 'consumer',
      logger: dependencies.logger,
      setUp: (session) => this.#setUp(session),
      onLost: () => {
        this.#subscription = undefined;
      },
    });
  }

  start(handlers: ConsumerHandlers): Promise<void> {
    this.#handlers = handlers;
    return this.#connection.open();
  }

  isReady(): boolean {
    return this.#connection.ready && !this.#failed && !this.#stopping.signal.aborted;
  }

  assignments(): readonly string[] {
    return this.isReady() ? [this.#settings.queue] : [];
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #setUp(session: Session): Promise<void> {
    await ensureTopology(session, this.#settings, 'consume');
    const channel = await session.model.createChannel();
    session.watch(channel);
    const parkChannel = await session.model.createConfirmChannel();
    session.watch(parkChannel);
    const subscription: Subscription = { session, channel, parkChannel, consumerTag: '', chunks: [] };
    this.#subscription = subscription;
    await channel.prefetch(this.#settings.prefetch);
    const { consumerTag } = await channel.consume(this.#settings.queue, (message) =>
      this.#onDelivery(subscription, message),
    );
    subscription.consumerTag = consumerTag;
  }

  #onDelivery(subscription: Subscription, message: ConsumeMessage | null): void {
    if (message === null) {
      subscription.session.lose(new Error(`the broker cancelled the consumer of "${this.#settings.queue}"`));
      return;
    }
    let chunk = subscription.chunks.at(-1);
    if (!chunk || chunk.bodies.length >= this.#maxBatchMessages) {
      chunk = { bodies: [], redelivered: 0, lastTag: 0 };
      subscription.chunks.push(chunk);
    }
    chunk.bodies.push(message.content);
    chunk.lastTag = message.fields.deliveryTag;
    if (message.fields.redelivered) chunk.redelivered++;
    if (chunk.bodies.length >= this.#maxBatchMessages) this.#endGathering?.();
    this.#schedule();
  }

  /** After everything the current socket read brought is in; while a handler runs the next batch gathers. */
  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#running) return;
      this.#running = this.#drain().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #drain(): Promise<void> {
    const signal = this.#stopping.signal;
    while (!signal.aborted && !this.#failed) {
      if (this.#lastBatchMessages >= BUSY_BATCH_MESSAGES) await this.#gather();
      const subscription = this.#subscription;
      const chunk = subscription?.chunks.shift();
      this.#lastBatchMessages = chunk?.bodies.length ?? 0;
      if (!subscription || !chunk) return;
      await this.#handle(subscription, chunk);
    }
  }

  /** Waits until a batch is full, at most {@link GATHER_MS}. */
  #gather(): Promise<void> {
    const first = this.#subscription?.chunks[0];
    if (first && first.bodies.length >= this.#maxBatchMessages) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#endGathering?.(), GATHER_MS);
      this.#endGathering = () => {
        this.#endGathering = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #handle(subscription: Subscription, chunk: Chunk): Promise<void> {
    const { handle, onFatal } = this.#startedHandlers();
    try {
      const outcome = await handle(this.#batch(subscription, chunk), this.#stopping.signal);
      if (outcome.kind !== 'stored') {
        throw new Error(`a queue has no positions: its handler answered "${outcome.kind}"`);
      }
      if (subscription === this.#subscription) acknowledge(subscription.channel, chunk.lastTag);
    } catch (error) {
      if (subscription !== this.#subscription || this.#stopping.signal.aborted) {
        this.#logger.info(
          { messages: chunk.bodies.length },
          'a batch was given up; it will be delivered again',
        );
        return;
      }
      this.#failed = true;
      onFatal(error);
    }
  }

  #batch(subscription: Subscription, chunk: Chunk): DeliveryBatch {
    const lost = () =>
      subscription === this.#subscription
        ? undefined
        : new AppError(
            'BROKER_UNAVAILABLE',
            'RabbitMQ lost the channel of this batch; it will be delivered again',
          );
    return {
      bodies: chunk.bodies,
      redelivered: chunk.redelivered,
      keepAlive: () => {
        const error = lost();
        return error ? Promise.reject(error) : Promise.resolve();
      },
      park: async (items) => {
        const error = lost();
        if (error) throw error;
        await park(subscription.parkChannel, this.#settings, chunk.bodies, items);
      },
    };
  }

  #startedHandlers(): ConsumerHandlers {
    if (!this.#handlers) throw new Error('start the consumer first');
    return this.#handlers;
  }

  async #unsubscribe(subscription: Subscription): Promise<void> {
    try {
      await subscription.channel.cancel(subscription.consumerTag);
      giveBack(subscription);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the subscription ended by itself');
    }
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    this.#endGathering?.();
    if (this.#subscription) await within(CANCEL_TIMEOUT_MS, this.#unsubscribe(this.#subscription));
    await this.#running;
    await this.#connection.close();
  }
}

/** Acknowledges everything up to this tag. */
function acknowledge(channel: Channel, lastTag: number): void {
  try {
    channel.ack(delivery(lastTag), true);
  } catch {
    // The channel closed a moment ago: the batch comes again and is not counted twice.
  }
}

/** Another consumer may have these at once, while the running batch still takes its time. */
function giveBack(subscription: Subscription): void {
  for (const { bodies, lastTag } of subscription.chunks.splice(0)) {
    for (let tag = lastTag - bodies.length + 1; tag <= lastTag; tag++) {
      subscription.channel.nack(delivery(tag), false, true);
    }
  }
}

/** All that amqplib looks at in a message that is acknowledged. */
function delivery(deliveryTag: number): Message {
  return { fields: { deliveryTag } } as unknown as Message;
}
