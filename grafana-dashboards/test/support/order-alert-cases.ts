import type { AlertCase } from './alert-case.ts';
import { series } from './panel-series.ts';

const state = (pod: string, name: string) => series('caudal_orders', { pod, state: name });
const moved = (name: string) => series('caudal_order_transitions_total', { pod: 'p-1', state: name });
const takenIn = (pod: string) => series('caudal_orders_taken_in_total', { pod });
const clients = series('caudal_order_clients', { pod: 'a-1' });
const outboxAge = (pod: string) => series('caudal_outbox_age_seconds', { pod });
const mails = (outcome: string) => series('caudal_mails_total', { pod: 'n-1', outcome });
const serverUp = (pod: string) => series('caudal_mail_server_up', { pod });

/** Of 60 transitions a minute, `soon` are at most a second late, the others five to ten. */
const lateness = (soon: number) => {
  const bucket = (le: string) => series('caudal_order_timer_lateness_seconds_bucket', { pod: 'p-1', le });
  return {
    [bucket('1')]: `0+${soon}x40`,
    [bucket('5')]: `0+${soon}x40`,
    [bucket('10')]: '0+60x40',
    [bucket('+Inf')]: '0+60x40',
  };
};

const STUCK = 'Orders wait, and none has reached a state for five minutes';

/** Each alert on orders, firing and silent. */
export const ORDER_ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'CaudalOrdersStuck',
    what: 'orders wait, and timers move none',
    series: {
      [clients]: '0x40',
      [takenIn('p-1')]: '0+60x10 600x30',
      [state('p-1', 'received')]: '8x40',
      [state('p-2', 'received')]: '8x40',
      [state('p-1', 'finished')]: '500x40',
      [moved('preparing')]: '0+60x10 600x30',
      [moved('finished')]: '0+60x10 600x30',
    },
    atMinute: 25,
    fires: [{ labels: {}, summary: STUCK }],
  },
  {
    alert: 'CaudalOrdersStuck',
    what: 'no processor runs, and the API takes orders',
    series: {
      [clients]: '0x40',
      [takenIn('p-1')]: '0+60x10 stale',
      [state('p-1', 'received')]: '8x10 stale',
    },
    atMinute: 20,
    fires: [{ labels: {}, summary: STUCK }],
  },
  {
    alert: 'CaudalOrdersStuck',
    what: 'orders wait for their time, and others move',
    series: {
      [clients]: '0x40',
      [takenIn('p-1')]: '0+60x40',
      [state('p-1', 'received')]: '8x40',
      [moved('preparing')]: '0x40',
      [moved('finished')]: '0+60x40',
    },
    atMinute: 25,
    fires: [],
  },
  {
    alert: 'CaudalOrdersStuck',
    what: 'every order has ended, and there are no new ones',
    series: {
      [clients]: '0x40',
      [takenIn('p-1')]: '600x40',
      [state('p-1', 'received')]: '0x40',
      [state('p-1', 'finished')]: '600x40',
      [state('p-1', 'cancelled')]: '5x40',
      [moved('finished')]: '600x40',
    },
    atMinute: 25,
    fires: [],
  },
  {
    alert: 'CaudalOrderTimersLate',
    what: 'every twentieth state is reached five to ten seconds late',
    series: lateness(57),
    atMinute: 15,
    fires: [{ labels: {}, summary: 'One order in a hundred reaches its state 9s late or more' }],
  },
  {
    alert: 'CaudalOrderTimersLate',
    what: 'all states are reached within a second',
    series: lateness(60),
    atMinute: 15,
    fires: [],
  },
  {
    alert: 'CaudalOrderTimersLate',
    what: 'states were late for less than five minutes, after an outage',
    series: {
      [series('caudal_order_timer_lateness_seconds_bucket', { pod: 'p-1', le: '1' })]:
        '0+60x10 600x1 600+60x40',
      [series('caudal_order_timer_lateness_seconds_bucket', { pod: 'p-1', le: '10' })]: '0+60x40',
      [series('caudal_order_timer_lateness_seconds_bucket', { pod: 'p-1', le: '+Inf' })]: '0+60x40',
    },
    atMinute: 14,
    fires: [],
  },
  {
    alert: 'CaudalOutboxGrowing',
    what: 'the oldest announcement has waited for minutes, as both processors see',
    series: { [outboxAge('p-1')]: '0x5 0+60x30', [outboxAge('p-2')]: '0x5 0+60x30' },
    atMinute: 10,
    fires: [{ labels: {}, summary: 'The oldest announcement of an order has waited for 4m 0s' }],
  },
  {
    alert: 'CaudalOutboxGrowing',
    what: 'announcements waited for less than two minutes',
    series: { [outboxAge('p-1')]: '0x5 70 130 0x30' },
    atMinute: 7,
    fires: [],
  },
  {
    alert: 'CaudalMailsParked',
    what: 'one mail was refused permanently',
    series: { [mails('parked')]: '0x10 1x30', [mails('sent')]: '0+60x40' },
    atMinute: 12,
    fires: [{ labels: {}, summary: 'Mails were parked in the last 15 minutes' }],
  },
  {
    alert: 'CaudalMailsParked',
    what: 'mails are tried again, and those of an hour ago were parked',
    series: { [mails('parked')]: '0x2 7x60', [mails('refused')]: '0+60x60', [mails('sent')]: '0+60x60' },
    atMinute: 40,
    fires: [],
  },
  {
    alert: 'CaudalMailServerDown',
    what: 'no notifier has a session',
    series: { [serverUp('n-1')]: '1x5 0x20', [serverUp('n-2')]: '1x5 0x20' },
    atMinute: 10,
    fires: [{ labels: {}, summary: 'No notifier can reach the mail server' }],
  },
  {
    alert: 'CaudalMailServerDown',
    what: 'one of two notifiers has a session',
    series: { [serverUp('n-1')]: '1x5 0x20', [serverUp('n-2')]: '1x25' },
    atMinute: 10,
    fires: [],
  },
  {
    alert: 'CaudalMailServerDown',
    what: 'the mail server was away for a minute',
    series: { [serverUp('n-1')]: '1x5 0 1x20' },
    atMinute: 6,
    fires: [],
  },
];
