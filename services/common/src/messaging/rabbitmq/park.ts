import type { ConfirmChannel } from 'amqplib';
import { AppError, errorMessage } from '../../errors.ts';
import { ENVELOPE_CONTENT_TYPE, type PoisonItem } from '../ports.ts';
import type { RabbitmqSettings } from '../settings.ts';

let lastParkId = 0;

/**
 * Publishes copies of poison messages to the dead-letter exchange and waits for the confirms.
 *
 * @throws AppError `BROKER_UNROUTABLE`, `BROKER_TIMEOUT` or `BROKER_UNAVAILABLE`, all retriable.
 */
export async function park(
  channel: ConfirmChannel,
  settings: RabbitmqSettings,
  bodies: readonly Buffer[],
  items: readonly PoisonItem[],
): Promise<void> {
  const messageId = `park-${++lastParkId}`;
  let returned = false;
  const onReturn = (message: { properties: { messageId?: unknown } }) => {
    if (message.properties.messageId === messageId) returned = true;
  };
  channel.on('return', onReturn);
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new AppError('BROKER_TIMEOUT', 'RabbitMQ did not confirm dead letters in time', {
              retriable: true,
            }),
          ),
        settings.confirmTimeoutMs,
      );
    });
    await Promise.race([
      late,
      Promise.all(items.map((item) => publish(channel, settings, bodies, item, messageId))),
    ]);
  } finally {
    clearTimeout(timer);
    channel.removeListener('return', onReturn);
  }
  if (returned) {
    throw new AppError(
      'BROKER_UNROUTABLE',
      `RabbitMQ returned dead letters: bind queue "${settings.deadLetterQueue}" to the exchange of that name`,
      { retriable: true },
    );
  }
}

function publish(
  channel: ConfirmChannel,
  settings: RabbitmqSettings,
  bodies: readonly Buffer[],
  item: PoisonItem,
  messageId: string,
): Promise<void> {
  const body = bodies[item.index];
  if (!body) throw new RangeError(`the batch has no message ${item.index}`);
  return new Promise((resolve, reject) => {
    const options = {
      persistent: true,
      mandatory: true,
      contentType: ENVELOPE_CONTENT_TYPE,
      messageId,
      headers: {
        'caudal-reason': item.reason,
        'caudal-source': settings.queue,
        'caudal-consumer': settings.clientId,
      },
    };
    channel.publish(settings.deadLetterQueue, '', body, options, (error: unknown) => {
      if (!error) return resolve();
      const message = `RabbitMQ did not take a dead letter: ${errorMessage(error)}`;
      reject(new AppError('BROKER_UNAVAILABLE', message, { retriable: true, cause: error }));
    });
  });
}
