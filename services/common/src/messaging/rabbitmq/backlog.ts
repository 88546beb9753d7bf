import type { Channel } from 'amqplib';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { Backlog, BacklogReader } from '../ports.ts';
import { RabbitmqConnection } from './connection.ts';
import { RabbitmqManagement } from './management.ts';
import type { RabbitmqSettings } from './settings.ts';
import { ensureTopology, exchangeOf } from './topology.ts';

/**
 * Reads the number of waiting messages by passive declaration, and of those that consumers hold from the management API.
 *
 * AMQP 0-9-1 reports only messages *ready* for delivery, and consumers may hold the whole backlog: up to
 * `prefetch` each. Without a `managementUrl` the figure is therefore too small, and `covers` says so.
 */
export class RabbitmqBacklogReader implements BacklogReader {
  readonly broker = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #management: RabbitmqManagement | undefined;
  readonly #connection: RabbitmqConnection;
  #channel: Channel | undefined;

  constructor(settings: RabbitmqSettings, dependencies: { readonly logger: Logger }) {
    const { managementUrl } = settings;
    this.#settings = settings;
    if (managementUrl !== undefined) this.#management = new RabbitmqManagement(managementUrl, settings);
    else {
      dependencies.logger.warn(
        'RABBITMQ_MANAGEMENT_URL is not set: the RabbitMQ backlog does not count what consumers hold',
      );
    }
    this.#connection = new RabbitmqConnection({
      settings,
      purpose: 'backlog',
      logger: dependencies.logger,
      setUp: async (session) => {
        await ensureTopology(session, settings, 'observe');
        const channel = await session.model.createChannel();
        session.watch(channel);
        this.#channel = channel;
      },
      onLost: () => {
        this.#channel = undefined;
      },
    });
  }

  connect(): Promise<void> {
    return this.#connection.open();
  }

  sources(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  /**
   * @throws AppError `BROKER_UNAVAILABLE`, or `BROKER_TOPOLOGY` if the management API reports that the queue is not
   * bound: with an alternate exchange, or beside another queue, RabbitMQ confirms messages that never reach it.
   */
  async read(): Promise<Backlog> {
    const channel = this.#channel;
    const { queue, deadLetterQueue } = this.#settings;
    if (!channel) throw unavailable();
    const [[ready, dead], inHand] = await Promise.all([
      lengths(channel, queue, deadLetterQueue),
      this.#unacknowledged(),
    ]);
    const waiting = ready.messageCount;
    const messages = waiting + (inHand ?? 0);
    return {
      messages,
      covers: inHand === null ? 'waiting only' : 'waiting and in hand',
      waiting,
      inHand,
      bySource: { [queue]: messages },
      deadLetters: dead.messageCount,
      consumers: ready.consumerCount,
    };
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #unacknowledged(): Promise<number | null> {
    if (!this.#management) return null;
    const { queue } = this.#settings;
    const exchange = exchangeOf(this.#settings);
    const [{ unacknowledged }, isBound] = await Promise.all([
      this.#management.queueTotals(queue),
      this.#management.isBound(exchange, queue),
    ]);
    if (isBound) return unacknowledged;
    throw new AppError(
      'BROKER_TOPOLOGY',
      `RabbitMQ queue "${queue}" is not bound to exchange "${exchange}": bind it, or messages may be accepted that never reach this lane`,
      { retriable: true },
    );
  }
}

async function lengths(channel: Channel, queue: string, deadLetterQueue: string) {
  try {
    return await Promise.all([channel.checkQueue(queue), channel.checkQueue(deadLetterQueue)]);
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError('BROKER_UNAVAILABLE', 'RabbitMQ backlog is unavailable: not connected', {
    retriable: true,
    cause,
  });
}
