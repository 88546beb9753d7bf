import { STATES } from '@caudal/common/palette';
import { figure } from '../panels/figure.ts';
import { lines } from '../panels/lines.ts';
import { states } from '../panels/states.ts';
import { text } from '../panels/text.ts';
import {
  MAIL_OLDEST_DUE,
  MAIL_RATE,
  MAIL_SECONDS,
  MAIL_SERVER_UP,
  MAILS_BY_STATUS,
  ORDER_DEAD_LETTERS,
  ORDER_RATE,
  ORDER_REPEATS,
  ORDER_REQUEST_RATE,
  ORDER_SECONDS,
  ORDERS_BY_STATE,
  OUTBOX_AGE,
  OUTBOX_RECORDS,
  RELAY_RATE,
  TIMER_LATENESS,
  TRANSITION_RATE,
} from '../signals/orders.ts';
import { dashboard } from './dashboard.ts';
import { ORDERS_GUIDE } from './runbook-guide.ts';
import { datasource, namespace, release } from './variables.ts';

const half = { span: 12, height: 8 } as const;
const third = { span: 8, height: 8 } as const;

/** The shop: from an order at its API to the last mail about it. */
export const orders = dashboard({
  name: 'orders',
  system: 'orders',
  title: 'Caudal / Orders',
  description: 'The shop: orders at the API, their states and timers, announcements, and mails.',
  variables: [datasource, namespace, release],
  rows: [
    {
      title: 'API',
      panels: [lines(ORDER_RATE, third), lines(ORDER_SECONDS, third), lines(ORDER_REQUEST_RATE, third)],
    },
    {
      title: 'States',
      panels: [
        lines(TRANSITION_RATE, third),
        lines(TIMER_LATENESS, { ...third, doubling: 'above 0' }),
        lines(ORDERS_BY_STATE, { ...third, doubling: 'from 0' }),
        lines(OUTBOX_RECORDS, { ...third, softMax: 100 }),
        lines(OUTBOX_AGE, { ...third, softMax: 4 }),
        lines(RELAY_RATE, third),
      ],
    },
    {
      title: 'Mails',
      panels: [
        lines(MAIL_RATE, third),
        lines(MAIL_SECONDS, { ...third, doubling: 'above 0' }),
        states(MAIL_SERVER_UP, {
          ...third,
          zero: { text: 'down', color: STATES.bad },
          one: { text: 'up', color: STATES.good },
        }),
        lines(MAILS_BY_STATUS, { ...half, doubling: 'from 0' }),
        lines(MAIL_OLDEST_DUE, { ...half, softMax: 4 }),
      ],
    },
    {
      title: 'Faults',
      panels: [
        lines(ORDER_REPEATS, third),
        figure(ORDER_DEAD_LETTERS, { ...third, sparkline: true, judgement: 'zero or less is good' }),
        text('Runbooks of orders', ORDERS_GUIDE, third),
      ],
    },
  ],
});
