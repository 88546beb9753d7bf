import { METRICS } from '@caudal/common/metrics';
import { turnDial } from '@caudal/orders/mailbox/dial-client';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import {
  type BreakableConnection,
  type BreakableServer,
  type Felt,
  LAB_SIGNS,
  type Misbehaviour,
  type Sign,
} from '../../chaos/chaos-workload.ts';
import type { Stack } from '../../stack/stack.ts';
import { API, type DatabaseUser, MAILBOX, NOTIFIER, PROCESSOR } from './services.ts';

/** Longer than without a fault, seconds: a bound of the histograms. */
const LATE_AFTER_SECONDS = 0.5;

const { clientRetries, requestsCutOff, repliesHeldBack } = LAB_SIGNS;

/** A sign that is the increase of a counter. */
const counted = (
  name: string,
  label: string,
  metric: string,
  labels: Readonly<Record<string, string>> = {},
): Sign => ({ name, label, count: (increases) => increases.counter(metric, labels) });

/** A sign that is what a histogram has beyond {@link LATE_AFTER_SECONDS}. */
const late = (name: string, label: string, metric: string): Sign => ({
  name,
  label,
  count: (increases) =>
    [...increases.buckets(metric, {})].reduce(
      (sum, [bound, count]) => sum + (bound > LATE_AFTER_SECONDS ? count : 0),
      0,
    ),
});

/** Kinds of evidence in the shop. */
export const SIGNS: readonly Sign[] = [
  clientRetries,
  requestsCutOff,
  counted('unavailable', 'answered 503', METRICS.orderRequests.name, { status: '503' }),
  counted('redeliveries', 'read again', METRICS.orderRedeliveries.name),
  counted('duplicates', 'duplicates refused', METRICS.orderDuplicates.name),
  {
    ...counted('databaseRetries', 'database retries', METRICS.orderDatabaseRetries.name),
    summary: 'statements tried again',
  },
  late('takenInLate', 'taken in late', METRICS.orderIntakeSeconds.name),
  late('movedLate', 'moved late', METRICS.orderTimerLateness.name),
  {
    ...counted('mailsRefused', 'mails refused', METRICS.mails.name, { outcome: 'refused' }),
    summary: 'mails refused',
  },
  {
    ...counted('mailsUnknown', 'mails without an answer', METRICS.mails.name, { outcome: 'unknown' }),
    summary: 'mails without an answer',
  },
  late('mailsLate', 'mails late', METRICS.mailSeconds.name),
  repliesHeldBack,
];

/** Servers to break. */
export const BREAKABLE_SERVERS: readonly BreakableServer[] = [
  { name: 'kafka', felt: () => [['clientRetries', 'takenInLate', 'mailsLate']] },
  { name: 'postgresql', felt: () => [['databaseRetries', 'takenInLate', 'movedLate', 'mailsLate']] },
];

/** How services are felt. The mailbox is the mail server. */
const SERVICES: Readonly<Record<string, Felt>> = {
  [API]: (action) => [action === 'kill' ? ['clientRetries', 'requestsCutOff'] : ['clientRetries']],
  [PROCESSOR]: () => [['redeliveries', 'takenInLate', 'movedLate', 'mailsLate']],
  [NOTIFIER]: () => [['redeliveries', 'mailsUnknown', 'mailsLate']],
  [MAILBOX]: () => [['mailsUnknown', 'mailsLate']],
};

/** What shows that a process of a service was killed or suspended. */
export function feltBy({ name }: { readonly name: string }): Felt | undefined {
  return SERVICES[name];
}

/** How a lost reply is felt, by who waits for it. */
const LOST_REPLIES: Readonly<Record<DatabaseUser, readonly string[]>> = {
  // It only reads, and cancels: a customer is asked to come back.
  api: ['unavailable'],
  processor: ['databaseRetries', 'redeliveries', 'duplicates', 'movedLate'],
  notifier: ['databaseRetries', 'redeliveries', 'mailsLate'],
};

/** Name of a service's connection to PostgreSQL. */
export function connectionOf(user: DatabaseUser): string {
  return `postgresql-${user}`;
}

/** The services' connections to PostgreSQL. */
export function breakableConnections({ postgresql }: ServerAddresses): readonly BreakableConnection[] {
  return (['api', 'processor', 'notifier'] as const).map((user) => ({
    name: connectionOf(user),
    url: postgresql.orders[`${user}Url`],
    felt: () => [['repliesHeldBack'], LOST_REPLIES[user]],
  }));
}

const accept = (stack: Stack): Promise<void> =>
  turnDial(stack.url(MAILBOX), { mode: 'accept' }).then(() => undefined);

function misbehaviour(
  name: string,
  setting: Parameters<typeof turnDial>[1],
  lastsMs: number,
  sign: string,
): Misbehaviour {
  return {
    name,
    lastsMs,
    begin: (stack) => turnDial(stack.url(MAILBOX), setting).then(() => undefined),
    end: accept,
    felt: () => [[sign]],
  };
}

/** What a mail server may do to mails: nothing of it may lose one, or send one twice that was answered. */
export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  misbehaviour('mailbox-refuses', { mode: 'refuse' }, 3_000, 'mailsRefused'),
  // Long enough for the notifier to give up waiting.
  misbehaviour('mailbox-hangs', { mode: 'hang', count: 3 }, 6_000, 'mailsUnknown'),
  misbehaviour('mailbox-drops', { mode: 'drop', count: 10 }, 3_000, 'mailsUnknown'),
];
