import { type PanelCase, series } from './panel-series.ts';

const state = (pod: string, name: string) => series('caudal_orders', { pod, state: name });
const transitions = (pod: string, name: string) =>
  series('caudal_order_transitions_total', { pod, state: name });
const lateness = (le: string) => series('caudal_order_timer_lateness_seconds_bucket', { pod: 'p-1', le });
const mails = (pod: string, outcome: string) => series('caudal_mails_total', { pod, outcome });

const panel = (title: string, rest: Omit<PanelCase, 'dashboard' | 'panel' | 'atMinute'>): PanelCase => ({
  dashboard: 'orders',
  panel: title,
  atMinute: 20,
  ...rest,
});

/** What the panels of orders compute, from series in which replicas differ. */
export const ORDER_PANEL_CASES: readonly PanelCase[] = [
  panel('Orders by state', {
    what: 'two processors see the same orders',
    series: {
      [state('p-1', 'received')]: '40x40',
      [state('p-2', 'received')]: '40x40',
      [state('p-1', 'finished')]: '900x40',
      [state('p-2', 'finished')]: '880x40',
    },
    shows: { '{state="received"}': 40, '{state="finished"}': 900 },
  }),
  panel('Transitions', {
    query: 1,
    what: 'the sum of two processors, by state',
    series: {
      [transitions('p-1', 'preparing')]: '0+600x40',
      [transitions('p-2', 'preparing')]: '0+300x40',
      [transitions('p-1', 'finished')]: '0+60x40',
    },
    shows: { '{state="preparing"}': 15, '{state="finished"}': 1 },
  }),
  panel('Orders at the API', {
    what: 'the sum of two processes, by outcome',
    series: {
      [series('caudal_orders_total', { pod: 'a-1', outcome: 'accepted' })]: '0+60x40',
      [series('caudal_orders_total', { pod: 'a-2', outcome: 'accepted' })]: '0+120x40',
      [series('caudal_orders_total', { pod: 'a-1', outcome: 'refused' })]: '0+6x40',
    },
    shows: { '{outcome="accepted"}': 3, '{outcome="refused"}': 0.1 },
  }),
  panel('Lateness of timers', {
    query: 2,
    what: 'the 99th percentile',
    series: { [lateness('0.1')]: '0+98x40', [lateness('0.3')]: '0+100x40', [lateness('+Inf')]: '0+100x40' },
    shows: { '{}': 0.2 },
  }),
  panel('Announcements waiting', {
    what: 'two processors see the same outbox',
    series: {
      [series('caudal_outbox_records', { pod: 'p-1' })]: '70x40',
      [series('caudal_outbox_records', { pod: 'p-2' })]: '50x40',
    },
    shows: { '{}': 70 },
  }),
  panel('Oldest announcement waiting', {
    what: 'the older of what two processors see',
    series: {
      [series('caudal_outbox_age_seconds', { pod: 'p-1' })]: '3x40',
      [series('caudal_outbox_age_seconds', { pod: 'p-2' })]: '5x40',
    },
    shows: { '{}': 5 },
  }),
  panel('Attempts to send a mail', {
    query: 2,
    what: 'parked by two notifiers; what was sent does not count',
    series: {
      [mails('n-1', 'parked')]: '0+60x40',
      [mails('n-2', 'parked')]: '0+30x40',
      [mails('n-1', 'sent')]: '0+600x40',
    },
    shows: { '{}': 1.5 },
  }),
  panel('Mails by status', {
    what: 'two notifiers see the same mails',
    series: {
      [series('caudal_mails', { pod: 'n-1', status: 'waiting' })]: '8x40',
      [series('caudal_mails', { pod: 'n-2', status: 'waiting' })]: '9x40',
    },
    shows: { '{status="waiting"}': 9 },
  }),
  panel('Mail server, seen from the notifier', {
    what: 'up as long as one notifier has a session',
    series: {
      [series('caudal_mail_server_up', { pod: 'n-1' })]: '0x40',
      [series('caudal_mail_server_up', { pod: 'n-2' })]: '1x40',
    },
    shows: { '{}': 1 },
  }),
];
