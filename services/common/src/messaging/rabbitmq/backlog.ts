import type { Channel } from 'amqplib';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../logging.ts';
import type { Backlog, BacklogReader } from '../ports.ts';
import type { RabbitmqSettings } from '../settings.ts';
import { RabbitmqConnection } from './connection.ts';
import { ensureTopology } from './topology.ts';

/**
 * Reads queue lengths by passive declaration, the only figures AMQP 0-9-1 offers.
 *
 * They are messages *ready* for delivery: what consumers hold unacknowledged (at most `prefetch` each) is not in
 * them, so an empty queue is not yet a stored one. A drain is over when the stores say so.
 */
export class RabbitmqBacklogReader implements BacklogReader {
  readonly broker = 'rabbitmq';
  readonly #settings: RabbitmqSettings;
  readonly #connection: RabbitmqConnection;
  #channel: Channel | undefined;

  constructor(settings: RabbitmqSettings, dependencies: { readonly logger: Logger }) {
    this.#settings = settings;
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

  async read(): Promise<Backlog> {
    const channel = this.#channel;
    const { queue, deadLetterQueue } = this.#settings;
    if (!channel) throw unavailable();
    try {
      const [ready, dead] = await Promise.all([
        channel.checkQueue(queue),
        channel.checkQueue(deadLetterQueue),
      ]);
      return {
        messages: ready.messageCount,
        bySource: { [queue]: ready.messageCount },
        deadLetters: dead.messageCount,
        consumers: ready.consumerCount,
      };
    } catch (error) {
      throw unavailable(error);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function unavailable(cause?: unknown): AppError {
  return new AppError('BROKER_UNAVAILABLE', 'RabbitMQ does not tell its backlog at the moment', {
    retriable: true,
    cause,
  });
}
