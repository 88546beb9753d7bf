import { STATES } from '@caudal/common/palette';
import { figure } from '../panels/figure.ts';
import { lines } from '../panels/lines.ts';
import { states } from '../panels/states.ts';
import { BROKER_UP, PENDING, PUBLISH_SECONDS } from '../signals/ingest.ts';
import {
  BATCH_SIZE,
  DEAD_LETTER_RATE,
  PAUSED,
  REPEATS,
  STORE_RATE,
  STORE_RETRIES,
  STORE_SECONDS,
  STORE_SHARE,
  STORE_TIME_PER_MESSAGE,
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
import { STORE_COMMANDS, STORE_DELAYED_SYNCS, STORE_EVICTIONS, STORE_MEMORY } from '../signals/stores.ts';
import { dashboard } from './dashboard.ts';
import { country, datasource, lane, namespace, release } from './variables.ts';

const third = { span: 8, height: 8 } as const;

const NO_EXPORTER = 'no exporter: chart values valkey.exporter.enabled, redis.exporter.enabled';

/** Brokers and stores as seen by Caudal, and RabbitMQ's own metrics. */
export const brokersAndStores = dashboard({
  name: 'brokers-and-stores',
  title: 'Caudal / Brokers and stores',
  description:
    'Brokers as seen by ingest, stores as seen by consumers, and metrics of RabbitMQ and the stores.',
  variables: [datasource, namespace, release, lane, country],
  rows: [
    {
      title: 'Brokers',
      panels: [
        states(BROKER_UP, {
          ...third,
          zero: { text: 'down', color: STATES.bad },
          one: { text: 'up', color: STATES.good },
        }),
        lines(PENDING, third),
        lines(PUBLISH_SECONDS, third),
      ],
    },
    {
      title: 'Stores, seen from consumers',
      panels: [
        states(PAUSED, {
          ...third,
          zero: { text: 'running', color: STATES.good },
          one: { text: 'paused', color: STATES.attention },
        }),
        lines(STORE_SECONDS, third),
        lines(BATCH_SIZE, third),
        lines(STORE_RETRIES, third),
        lines(STORE_TOTAL, third),
        figure(DEAD_LETTER_RATE, { span: 8, height: 8, sparkline: true, judgement: 'zero or less is good' }),
        figure(REPEATS, { span: 24, height: 4, sparkline: true }),
      ],
    },
    {
      title: 'Stores side by side',
      panels: [
        lines(STORE_RATE, third),
        lines(STORE_TIME_PER_MESSAGE, { ...third, doubling: 'above 0' }),
        lines(STORE_SHARE, third),
      ],
    },
    {
      title: 'Stores, from their exporters',
      panels: [
        lines(STORE_MEMORY, { span: 8, height: 8, noValue: NO_EXPORTER }),
        lines(STORE_COMMANDS, { span: 8, height: 8, noValue: NO_EXPORTER }),
        figure(STORE_EVICTIONS, {
          span: 4,
          height: 8,
          judgement: 'zero or less is good',
          noValue: NO_EXPORTER,
        }),
        figure(STORE_DELAYED_SYNCS, { span: 4, height: 8, noValue: NO_EXPORTER }),
      ],
    },
    {
      title: 'RabbitMQ',
      panels: [
        lines(RABBITMQ_QUEUES, third),
        lines(RABBITMQ_RATES, third),
        states(RABBITMQ_ALARMS, {
          ...third,
          zero: { text: 'off', color: STATES.good },
          one: { text: 'on', color: STATES.bad },
        }),
        lines(RABBITMQ_MEMORY, third),
        lines(RABBITMQ_DISK, third),
        lines(RABBITMQ_CLIENTS, third),
      ],
    },
  ],
});
