import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';

/** How a user reaches a RabbitMQ through a port of this machine. */
export interface RabbitmqLogin {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const PREFIX = 'rights-test';

/** What the test's own messages are: the consumers park them. */
const NO_MESSAGE = Buffer.from('rights test');

const attempts: Readonly<Record<string, (channel: ConfirmChannel) => Promise<unknown>>> = {
  'see message': (channel) => channel.checkExchange('message'),
  'see message.dead': (channel) => channel.checkExchange('message.dead'),
  'publish to message': (channel) => publish(channel, 'message', ''),
  'publish to message.dead': (channel) => publish(channel, 'message.dead', ''),
  'publish past the exchange': (channel) => publish(channel, '', 'message'),
  'consume message': (channel) => consume(channel, 'message'),
  'consume message.dead': (channel) => consume(channel, 'message.dead'),
  'purge message': (channel) => channel.purgeQueue('message'),
  'delete message': (channel) => channel.deleteQueue('message', { ifEmpty: true, ifUnused: true }),
  'declare a queue': (channel) => channel.assertQueue(PREFIX, { exclusive: true }),
  'declare an exchange': (channel) => channel.assertExchange(PREFIX, 'fanout', { autoDelete: true }),
  'bind message': (channel) => channel.bindQueue('message', 'message', PREFIX),
};

/**
 * Logs in and tries everything that a user could do, each on its own channel; returns `allowed` or `refused` for each
 * operation. Run it only while no message is in flight.
 * @throws Error if the login is refused, or RabbitMQ fails for another reason than missing rights.
 */
export async function rabbitmqAttempts({
  port,
  user,
  password,
}: RabbitmqLogin): Promise<Readonly<Record<string, 'allowed' | 'refused'>>> {
  const connection = await connect({ hostname: '127.0.0.1', port, username: user, password });
  // Reported to the attempt that caused it.
  connection.on('error', () => undefined);
  try {
    const results: [string, 'allowed' | 'refused'][] = [];
    for (const [name, attempt] of Object.entries(attempts))
      results.push([name, await outcomeOf(connection, attempt)]);
    return Object.fromEntries(results);
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function outcomeOf(
  connection: ChannelModel,
  attempt: (channel: ConfirmChannel) => Promise<unknown>,
): Promise<'allowed' | 'refused'> {
  const channel = await connection.createConfirmChannel();
  const failed = new Promise<never>((_, reject) => channel.once('error', reject));
  failed.catch(() => undefined);
  try {
    await Promise.race([attempt(channel), failed]);
  } catch (error) {
    if (error instanceof Error && /ACCESS[_-]REFUSED/.test(error.message)) return 'refused';
    throw error;
  }
  await channel.close();
  return 'allowed';
}

async function publish(channel: ConfirmChannel, exchange: string, key: string): Promise<void> {
  channel.publish(exchange, key, NO_MESSAGE);
  await channel.waitForConfirms();
}

/** What arrives meanwhile goes back to the queue with the channel's end. */
async function consume(channel: ConfirmChannel, queue: string): Promise<void> {
  const { consumerTag } = await channel.consume(queue, () => undefined);
  await channel.cancel(consumerTag);
}
