import type { Channel, ConsumeMessage } from 'amqplib';
import { AppError, isRetriable } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { ConsumerHandlers, DeliveryBatch, MessageConsumer } from '../ports.ts';
import { within } from '../within.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { RabbitmqConnection, type Session } from './connection.ts';
import { RabbitmqDeadLetters } from './dead-letters.ts';
import type { RabbitmqSettings } from './settings.ts';
import { ensureTopology } from './topology.ts';

const MAX_BATCH_MESSAGES = 1_000;
/** Limits a stop while the broker is silent: closing the connection returns everything anyway. */
const CANCEL_TIMEOUT_MS = 2_000;
/** Time that a stop waits for the running batch before it returns what is not handled yet. */
const GIVE_BACK_AFTER_MS = 1_000;
/** After a batch of this size the queue counts as busy: the next one may gather briefly, since large batches cost less. */
const BUSY_BATCH_MESSAGES = 64;
const GATHER_MS = 5;
/** Time that a batch waits for its dead letters before it is stored without them; they stay unacknowledged. */
const PARK_PATIENCE_MS = 1_000;

/** Consecutive deliveries; delivery tags of a channel with one consumer have no gaps. */
interface Chunk {
  bodies: Buffer[];
  redelivered: number;
  firstTag: number;
}

/** A subscription on one connection, with its deliveries that are not handled yet. */
interface Subscription {
  readonly session: Session;
  readonly channel: Channel;
  readonly acknowledgements: Acknowledgements;
  /** Aborted when the session is lost: its deliveries are redelivered. */
  readonly lost: AbortController;
  consumerTag: string;
  readonly chunks: Chunk[];
}

type Mode = 'idle' | 'gathering' | 'handling' | 'failed' | 'stopping';

/**
 * Reads the `message` queue in batches: what has arrived when the previous batch is done goes to the handler, at
 * most `maxBatchMessages`, so batches grow with the load and a single message does not wait. While the queue is
 * busy a batch may gather for {@link GATHER_MS} more.
 *
 * ```
 *  idle ──a delivery──▶ gathering ──end of the turn, a full batch, or GATHER_MS──▶ handling ──broken──▶ failed
 *   ▲                    │   ▲                                                        │
 *   └──nothing is left───┘   └──────────────stored, or abandoned──────────────────────┘
 *
 *  any ──stop()──▶ stopping
 * ```
 *
 * One handler runs at a time and batches are handed over in order, so one acknowledgement covers a batch. It goes to
 * the channel that delivered the batch or nowhere: what a lost channel had delivered is redelivered. A message whose dead
 * letter RabbitMQ does not accept stays unacknowledged until it does; the lane does not wait for it.
 */
export class RabbitmqConsumer implements MessageConsumer {
  readonly broker = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #logger: Logger;
  readonly #maxBatchMessages: number;
  readonly #connection: RabbitmqConnection;
  readonly #deadLetters: RabbitmqDeadLetters;
  readonly #stopping = new AbortController();
  #handlers: ConsumerHandlers | undefined;
  #subscription: Subscription | undefined;
  #mode: Mode = 'idle';
  /** Settles when the mode is no longer `gathering` or `handling`. */
  #work: Promise<void> = Promise.resolve();
  #endGathering: (() => void) | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    settings: RabbitmqSettings,
    dependencies: { readonly logger: Logger; readonly maxBatchMessages?: number | undefined },
  ) {
    this.#settings = settings;
    this.#logger = dependencies.logger;
    this.#maxBatchMessages = dependencies.maxBatchMessages ?? MAX_BATCH_MESSAGES;
    this.#deadLetters = new RabbitmqDeadLetters(settings, dependencies);
    this.#connection = new RabbitmqConnection({
      settings,
      purpose: 'consumer',
      logger: dependencies.logger,
      setUp: (session) => this.#setUp(session),
      onLost: () => {
        this.#subscription?.lost.abort();
        this.#subscription = undefined;
      },
    });
  }

  start(handlers: ConsumerHandlers): Promise<void> {
    this.#handlers = handlers;
    return this.#connection.open();
  }

  isReady(): boolean {
    return this.#connection.ready && !this.#isIn('failed', 'stopping');
  }

  assignments(): readonly string[] {
    return this.isReady() ? [this.#settings.queue] : [];
  }

  inHand(): number {
    return this.#subscription?.acknowledgements.outstanding ?? 0;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #setUp(session: Session): Promise<void> {
    await ensureTopology(session, this.#settings, 'consume');
    const channel = await session.model.createChannel();
    session.watch(channel);
    const subscription: Subscription = {
      session,
      channel,
      acknowledgements: new Acknowledgements(channel),
      lost: new AbortController(),
      consumerTag: '',
      chunks: [],
    };
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
    subscription.acknowledgements.delivered();
    let chunk = subscription.chunks.at(-1);
    if (!chunk || chunk.bodies.length >= this.#maxBatchMessages) {
      chunk = { bodies: [], redelivered: 0, firstTag: message.fields.deliveryTag };
      subscription.chunks.push(chunk);
    }
    chunk.bodies.push(message.content);
    if (message.fields.redelivered) chunk.redelivered++;
    if (chunk.bodies.length >= this.#maxBatchMessages) this.#endGathering?.();
    if (this.#mode !== 'idle') return;
    this.#mode = 'gathering';
    this.#work = this.#run();
  }

  /** Handles batches until nothing is left, a handler fails permanently, or the consumer stops. */
  async #run(): Promise<void> {
    // Everything from the current socket read belongs to the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#isIn('gathering')) {
      const subscription = this.#subscription;
      const chunk = subscription?.chunks.shift();
      if (!subscription || !chunk) {
        this.#mode = 'idle';
        return;
      }
      this.#mode = 'handling';
      await this.#handle(subscription, chunk);
      if (!this.#isIn('handling')) return;
      this.#mode = 'gathering';
      if (chunk.bodies.length >= BUSY_BATCH_MESSAGES) await this.#gather();
    }
  }

  #isIn(...modes: readonly Mode[]): boolean {
    return modes.includes(this.#mode);
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
    const { handle } = this.#startedHandlers();
    try {
      const outcome = await handle(this.#batch(subscription, chunk), this.#stopping.signal);
      if (outcome.kind !== 'stored') {
        throw new Error(`a queue has no positions: its handler answered "${outcome.kind}"`);
      }
      if (subscription !== this.#subscription) return;
      subscription.acknowledgements.stored(chunk.firstTag, lastTagOf(chunk));
    } catch (error) {
      const isExpected = isRetriable(error) || (error instanceof AppError && error.code === 'STOPPING');
      const isOver = subscription !== this.#subscription || this.#isIn('stopping');
      if (isExpected && isOver) {
        const messages = chunk.bodies.length;
        this.#logger.info({ err: error, messages }, 'batch abandoned; RabbitMQ will redeliver it');
        return;
      }
      if (this.#isIn('handling')) this.#mode = 'failed';
      this.#startedHandlers().onFatal(error);
    }
  }

  #batch(subscription: Subscription, chunk: Chunk): DeliveryBatch {
    const { signal } = subscription.lost;
    const keepAlive = async () => {
      if (!signal.aborted) return;
      throw new AppError(
        'BROKER_UNAVAILABLE',
        'RabbitMQ lost the channel of this batch; it will redeliver it',
        {
          retriable: true,
        },
      );
    };
    return {
      bodies: chunk.bodies,
      redelivered: chunk.redelivered,
      keepAlive,
      park: async (items) => {
        await keepAlive();
        const parked = items.map(({ index, reason }) => {
          const body = chunk.bodies[index];
          if (!body) throw new RangeError(`the batch has no message ${index}`);
          const letter = this.#deadLetters.park({ body, reason }, signal);
          subscription.acknowledgements.holdBack(chunk.firstTag + index, letter);
          return letter;
        });
        if (!this.#deadLetters.isStalled()) await within(PARK_PATIENCE_MS, Promise.all(parked));
      },
    };
  }

  #startedHandlers(): ConsumerHandlers {
    if (!this.#handlers) throw new Error('start the consumer first');
    return this.#handlers;
  }

  async #cancel({ channel, consumerTag }: Subscription): Promise<void> {
    try {
      await channel.cancel(consumerTag);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the subscription ended before it was cancelled');
    }
  }

  /**
   * Waits for the running batch. Deliveries that are not handled yet return to the queue when the channel closes, after the last
   * acknowledgement. Only if the batch takes long are they returned sooner, so that another consumer receives them: rejecting
   * message by message fills the window of the quorum queue's client, and a channel that closes then drops what that client has
   * not sent, which may include an acknowledgement.
   */
  async #finishWork(subscription: Subscription | undefined): Promise<void> {
    let isDone = false;
    const work = this.#work.then(() => {
      isDone = true;
    });
    await within(GIVE_BACK_AFTER_MS, work);
    if (!isDone && subscription && subscription === this.#subscription) {
      const { acknowledgements, chunks } = subscription;
      for (const chunk of chunks.splice(0)) acknowledgements.giveBack(chunk.firstTag, lastTagOf(chunk));
    }
    await work;
  }

  async #stop(): Promise<void> {
    this.#mode = 'stopping';
    this.#stopping.abort();
    this.#endGathering?.();
    const subscription = this.#subscription;
    if (subscription) await within(CANCEL_TIMEOUT_MS, this.#cancel(subscription));
    await this.#finishWork(subscription);
    await Promise.all([this.#connection.close(), this.#deadLetters.close()]);
  }
}

function lastTagOf({ firstTag, bodies }: Chunk): number {
  return firstTag + bodies.length - 1;
}
