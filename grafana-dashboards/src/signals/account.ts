import { METRICS } from '@caudal/common/metrics';
import { LANE_SCOPE, SCOPE, type Signal, select } from './signal.ts';

/**
 * What a counter grew by in the dashboard's time range, as a whole number. `increase` extrapolates and misses what a
 * process counted before its first scrape; an account may do neither. A process that ended within the range stays in.
 */
export function grownBy(counter: string): string {
  return `(max_over_time(${counter}[$__range]) - (${counter} offset $__range)) or max_over_time(${counter}[$__range])`;
}

const countries = 'country=~"$country"';
const door = select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="accepted"`);
const store = select(METRICS.storeMessages, `${LANE_SCOPE}, ${countries}`);
// Several consoles read the same store.
const storeNow = `max by (namespace, release, lane, country) (${store})`;
const storeThen = `max by (namespace, release, lane, country) (${store} offset $__range)`;
const grownInStore = `(${storeNow} - ${storeThen}) or ${storeNow}`;

/** Messages answered 202 in the time range. */
export const ACCEPTED_MESSAGES = `sum(${grownBy(door)})`;
const storedByLane = `sum by (lane) (${grownInStore})`;
/** Stored less accepted, by lane. */
export const DIFFERENCE_BY_LANE = `(${storedByLane} - on () group_left () ${ACCEPTED_MESSAGES})`;
const notAccepted = (outcome: string): string =>
  `(sum(${grownBy(select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="${outcome}"`))}) or vector(0))`;
/** Messages of the time range that were answered 503 and may be stored all the same. */
export const UNCONFIRMED = notAccepted('unconfirmed');
const mostAccepted = `topk($top, sum by (country) (${grownBy(door)}))`;

/** Messages answered 202 in the time range. */
export const ACCEPTED: Signal = {
  title: 'Accepted',
  description:
    'Messages answered 202 in the time range: both brokers have confirmed them. Counted from what was scraped: what an ingest process counted after its last scrape, or before it restarted under the same address, is missing here. `npm run verify` compares with what the clients counted.',
  unit: 'short',
  queries: [{ expr: ACCEPTED_MESSAGES, legend: 'accepted' }],
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
    'Stored less accepted: 0 when everything is at rest. Below 0 under load: messages in flight. Choose a range that begins at rest: what was in flight at its beginning is stored within it, but was accepted before, and shows as a little above 0. So do messages that were published and answered 503 (unconfirmed).',
  unit: 'short',
  queries: [{ expr: DIFFERENCE_BY_LANE, legend: '{{lane}}' }],
};

/** Messages not accepted, by what became of them, and those that can never be stored. */
export const NOT_ACCEPTED: Signal = {
  title: 'Not accepted, not storable',
  description:
    'Refused: answered 4xx or 503 in the time range and never published. Unconfirmed: published, but a broker did not confirm in time, so each lane may or may not have them; clients send them again under the same key. Dead letters: messages now in the dead-letter queue and topic because they can never be stored; the header caudal-reason says why.',
  unit: 'short',
  queries: [
    { expr: notAccepted('refused'), legend: 'refused' },
    { expr: UNCONFIRMED, legend: 'unconfirmed' },
    {
      expr: `sum(max by (namespace, release, lane) (${select(METRICS.deadLetterMessages, LANE_SCOPE)}))`,
      legend: 'dead letters',
    },
  ],
};

const perCountry = `sum by (country, lane) (${grownInStore}) and on (country) ${mostAccepted}`;
const differencePerCountry = `(${perCountry}) - on (country) group_left () ${mostAccepted}`;

/** The account by country as the cells of a table: label `country` is the row, label `column` the column. */
export const ACCOUNT_BY_COUNTRY: Signal = {
  title: 'Account by country',
  description:
    'The countries with the most messages accepted in the time range, what each lane has stored of them, and the difference: 0 at rest, below 0 while messages are in flight.',
  unit: 'short',
  queries: [
    {
      expr: [
        `label_replace(${mostAccepted}, "column", "accepted", "", "")`,
        `label_join(${perCountry}, "column", "", "lane")`,
        `label_join(label_replace(${differencePerCountry}, "word", "difference", "", ""), "column", " ", "word", "lane")`,
      ].join(' or '),
      legend: '{{country}} {{column}}',
    },
  ],
};
