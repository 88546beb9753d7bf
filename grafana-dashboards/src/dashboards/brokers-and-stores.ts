import { lines } from '../panels/lines.ts';
import { states } from '../panels/states.ts';
import { BROKER_UP, PENDING, PUBLISH_SECONDS } from '../signals/door.ts';
import {
  BATCH_SIZE,
  DEAD_LETTER_RATE,
  PAUSED,
  REPEATS,
  STORE_RATE,
  STORE_RETRIES,
  STORE_SECONDS,
  STORE_TOTAL,
} from '../signals/lanes.ts';
import {
  RABBITMQ_ALARMS,
  RABBITMQ_CLIENTS,
  RABBITMQ_DISK,
  RABBITMQ_MEMORY,
  RABBITMQ_QUEUES,
  RABBITMQ_RATES,
} from '../signals/rabbitmq.ts';
import { dashboard } from './dashboard.ts';
import { country, datasource, lane, namespace, release } from './variables.ts';

const third = { span: 8, height: 8 } as const;

/** How brokers and stores do, as Caudal sees them, and RabbitMQ by its own plugin. */
export const brokersAndStores = dashboard({
  name: 'brokers-and-stores',
  title: 'Caudal / Brokers and stores',
  description:
    'Brokers as the door sees them, stores as the consumers see them, and RabbitMQ by its own figures.',
  variables: [datasource, namespace, release, lane, country],
  rows: [
    {
      title: 'Brokers, from the door',
      panels: [
        states(BROKER_UP, {
          ...third,
          zero: { text: 'down', color: 'red' },
          one: { text: 'up', color: 'green' },
        }),
        lines(PENDING, third),
        lines(PUBLISH_SECONDS, third),
      ],
    },
    {
      title: 'Stores, from the consumers',
      panels: [
        states(PAUSED, {
          ...third,
          zero: { text: 'running', color: 'green' },
          one: { text: 'paused', color: 'orange' },
        }),
        lines(STORE_SECONDS, third),
        lines(BATCH_SIZE, third),
        lines(STORE_RETRIES, third),
        lines(STORE_RATE, third),
        lines(STORE_TOTAL, third),
        lines(REPEATS, { span: 12, height: 8 }),
        lines(DEAD_LETTER_RATE, { span: 12, height: 8 }),
      ],
    },
    {
      title: 'RabbitMQ',
      panels: [
        lines(RABBITMQ_QUEUES, third),
        lines(RABBITMQ_RATES, third),
        states(RABBITMQ_ALARMS, {
          ...third,
          zero: { text: 'off', color: 'green' },
          one: { text: 'on', color: 'red' },
        }),
        lines(RABBITMQ_MEMORY, third),
        lines(RABBITMQ_DISK, third),
        lines(RABBITMQ_CLIENTS, third),
      ],
    },
  ],
});
