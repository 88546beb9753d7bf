import { METRICS } from '@caudal/common/metrics';
import { LANE_SCOPE, type Query, SCOPE, type Signal, select } from './signal.ts';

/**
 * What a counter grew by in the dashboard's time range, as a whole number. `increase` extrapolates and misses what a
 * process counted before its first scrape; an account may do neither. A process that ended within the range stays in.
 */
function grownBy(counter: string): string {
  return `(max_over_time(${counter}[$__range]) - (${counter} offset $__range)) or max_over_time(${counter}[$__range])`;
}

const countries = 'country=~"$country"';
const door = select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="accepted"`);
const store = select(METRICS.storeMessages, `${LANE_SCOPE}, ${countries}`);
// Several consoles read the same store.
const storeNow = `max by (namespace, release, lane, country) (${store})`;
const storeThen = `max by (namespace, release, lane, country) (${store} offset $__range)`;
const grownInStore = `(${storeNow} - ${storeThen}) or ${storeNow}`;

const accepted = `sum(${grownBy(door)})`;
const storedByLane = `sum by (lane) (${grownInStore})`;
const mostAccepted = `topk($top, sum by (country) (${grownBy(door)}))`;

/** Messages answered 202 in the time range. */
export const ACCEPTED: Signal = {
  title: 'Accepted',
  description:
    'Messages answered 202 in the time range: both brokers have confirmed them. Counted from what was scraped: what an ingest process counted after its last scrape, or before it restarted under the same address, is missing here. `npm run verify` compares with what the clients counted.',
  unit: 'short',
  queries: [{ expr: accepted, legend: 'accepted' }],
};

/** Messages that each lane's store has gained in the time range. */
export const STORED: Signal = {
  title: 'Stored',
  description:
    'Messages that each store has gained in the time range, read from the store itself, so exact across restarts of everything. At rest it equals Accepted.',
  unit: 'short',
  queries: [{ expr: storedByLane, legend: '{{lane}}' }],
};

/** Stored less accepted, by lane. */
export const DIFFERENCE: Signal = {
  title: 'Difference',
  description:
    'Stored less accepted: 0 when everything is at rest. Below 0 under load: messages on their way. Choose a range that begins at rest: what was on its way at its beginning is stored within it, but was accepted before, and shows as a little above 0. So do messages that were published and answered 503 (unconfirmed).',
  unit: 'short',
  queries: [{ expr: `${storedByLane} - on () group_left () ${accepted}`, legend: '{{lane}}' }],
};

/** Messages not accepted, by what became of them. */
export const NOT_ACCEPTED: Signal = {
  title: 'Not accepted',
  description:
    'Messages in the time range that were not answered 202. Refused: never published. Unconfirmed: published, but a broker did not confirm in time, so each lane may or may not have them; clients send them again under the same key.',
  unit: 'short',
  queries: ['refused', 'unconfirmed'].map((outcome) => {
    const counter = select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="${outcome}"`);
    return { expr: `sum(${grownBy(counter)}) or vector(0)`, legend: outcome };
  }),
};

/** Messages in the dead-letter queue and topic. */
export const PARKED: Signal = {
  title: 'Dead letters',
  description:
    'Messages now in the dead-letter queue or topic, because they can never be stored. The header caudal-reason says why.',
  unit: 'short',
  queries: [
    {
      expr: `sum by (lane) (max by (namespace, release, lane) (${select(METRICS.deadLetterMessages, LANE_SCOPE)}))`,
      legend: '{{lane}}',
    },
  ],
};

/** Columns of the account by country, for the lane or lanes chosen; legends are the columns' titles. */
export const ACCOUNT_BY_COUNTRY: Signal = {
  title: 'Account by country, $lane',
  description:
    'The countries with the most messages accepted in the time range, what this lane has stored of them, and the difference: 0 at rest, below 0 while messages are on their way.',
  unit: 'short',
  queries: accountColumns(),
};

function accountColumns(): Query[] {
  const stored = `sum by (country) (${grownInStore})`;
  return [
    { expr: mostAccepted, legend: 'accepted' },
    { expr: `${stored} and on (country) ${mostAccepted}`, legend: 'stored' },
    {
      expr: `(${stored} and on (country) ${mostAccepted}) - on (country) ${mostAccepted}`,
      legend: 'difference',
    },
  ];
}
