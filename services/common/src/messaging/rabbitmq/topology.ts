import type { Channel, Options } from 'amqplib';
import { AppError, errorMessage } from '../../errors.ts';
import type { Session } from './connection.ts';
import type { LaneQueue, RabbitmqSettings } from './settings.ts';

/** Which part of the topology a client touches; `check` verifies only that. */
export type TopologyUse = 'publish' | 'consume' | 'observe';

/**
 * Makes (`create`) or verifies (`check`) exchanges, queues and bindings:
 *
 * ```
 * exchange message ─┬▶ quorum queue message ──(poison, delivery limit)──▶ exchange message.dead ──▶ quorum queue message.dead
 *                   └▶ … one queue for each lane, with dead letters of its own
 * ```
 *
 * A publisher looks after the queues of all lanes, other clients after their own.
 * Exchanges stand before both queues so that permissions can separate who publishes from who consumes.
 * Dead-lettering by the broker is `at-least-once`, which needs `reject-publish`.
 *
 * @throws AppError `BROKER_TOPOLOGY` that names the queue or exchange and the fix; retriable where it does not exist
 * under `check`, because another process may be about to create it.
 */
export async function ensureTopology(
  session: Session,
  settings: RabbitmqSettings,
  use: TopologyUse,
): Promise<void> {
  const { queue, deadLetterQueue } = settings;
  const exchange = exchangeOf(settings);
  const channel = await session.model.createChannel();
  // Reported by the operation that failed; the channel is used for nothing else, so its end ends nothing.
  channel.on('error', () => undefined);
  if (settings.topology === 'create') {
    for (const own of use === 'publish' ? queuesOf(settings) : [settings]) {
      await declare(channel, own.deadLetterQueue, own.deadLetterQueue, deadLetterQueueOptions());
      await declare(channel, exchange, own.queue, queueOptions({ ...settings, ...own }));
    }
  } else {
    if (use === 'publish') {
      await verify('exchange', exchange, () => channel.checkExchange(exchange));
      for (const { queue: name } of queuesOf(settings)) {
        await verify('queue', name, () => channel.checkQueue(name));
      }
    } else await verify('queue', queue, () => channel.checkQueue(queue));
    if (use === 'consume') {
      await verify('exchange', deadLetterQueue, () => channel.checkExchange(deadLetterQueue));
    }
    if (use === 'observe') {
      await verify('queue', deadLetterQueue, () => channel.checkQueue(deadLetterQueue));
    }
  }
  await channel.close();
}

/** The exchange that publishers write to. */
export function exchangeOf({ exchange, queue }: RabbitmqSettings): string {
  return exchange ?? queue;
}

/** The queues that a publisher's messages must reach. */
export function queuesOf({ queues, queue, deadLetterQueue }: RabbitmqSettings): readonly LaneQueue[] {
  return queues ?? [{ queue, deadLetterQueue }];
}

/** Arguments of a lane's queue. */
export function queueOptions(
  settings: Pick<RabbitmqSettings, 'deliveryLimit' | 'deadLetterQueue'>,
): Options.AssertQueue {
  return {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': settings.deliveryLimit,
      'x-dead-letter-exchange': settings.deadLetterQueue,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}

/** Arguments of the dead-letter queue; without -1 the broker drops a message that was looked at 20 times. */
export function deadLetterQueueOptions(): Options.AssertQueue {
  return { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': -1 } };
}

async function declare(
  channel: Channel,
  exchange: string,
  queue: string,
  options: Options.AssertQueue,
): Promise<void> {
  await verify('exchange', exchange, () => channel.assertExchange(exchange, 'fanout', { durable: true }));
  await verify('queue', queue, () => channel.assertQueue(queue, options));
  await verify('queue', queue, () => channel.bindQueue(queue, exchange, ''));
}

async function verify(
  kind: 'exchange' | 'queue',
  name: string,
  operation: () => Promise<unknown>,
): Promise<void> {
  try {
    await operation();
  } catch (error) {
    const fix = FIXES[replyCode(error)]?.(kind, name);
    if (fix === undefined) throw error;
    throw new AppError('BROKER_TOPOLOGY', `RabbitMQ ${kind} "${name}" ${fix}: ${errorMessage(error)}`, {
      cause: error,
      retriable: replyCode(error) === NOT_FOUND,
    });
  }
}

const NOT_FOUND = 404;

const FIXES: Readonly<Record<number, (kind: string, name: string) => string>> = {
  403: () =>
    'may not be declared or looked at by this user; grant the permission or use RABBITMQ_TOPOLOGY=check',
  [NOT_FOUND]: () => 'does not exist; declare it, or use RABBITMQ_TOPOLOGY=create',
  406: (kind, name) =>
    `exists with other properties; drain and delete it (rabbitmqctl delete_${kind} ${name}), ` +
    'name another in RABBITMQ_QUEUE and RABBITMQ_DEAD_LETTER_QUEUE, or take it as it is with RABBITMQ_TOPOLOGY=check',
};

function replyCode(error: unknown): number {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : 0;
}
