import { METRICS } from '@caudal/common/metrics';
import { LANE_SCOPE, SCOPE, type Signal, select } from './signal.ts';

/**
 * Growth of a counter in the dashboard's time range, as a whole number. `increase` is unsuitable for an account: it
 * extrapolates and misses counts before the first scrape of a process. Processes that ended within the range are included.
 */
export function grownBy(counter: string): string {
  return `(max_over_time(${counter}[$__range]) - (${counter} offset $__range)) or max_over_time(${counter}[$__range])`;
}

const countries = 'country=~"$country"';
const ingest = select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="accepted"`);
const store = select(METRICS.storeMessages, `${LANE_SCOPE}, ${countries}`);
// Several consoles may read the same store.
const storeNow = `max by (namespace, release, lane, country) (${store})`;
const storeThen = `max by (namespace, release, lane, country) (${store} offset $__range)`;
const grownInStore = `(${storeNow} - ${storeThen}) or ${storeNow}`;

/** Messages accepted in the time range. */
export const ACCEPTED_MESSAGES = `sum(${grownBy(ingest)})`;
const storedByLane = `sum by (lane) (${grownInStore})`;
/** Stored minus accepted, by lane. */
export const DIFFERENCE_BY_LANE = `(${storedByLane} - on () group_left () ${ACCEPTED_MESSAGES})`;
const notAccepted = (outcome: string): string =>
  `(sum(${grownBy(select(METRICS.ingestMessages, `${SCOPE}, ${countries}, outcome="${outcome}"`))}) or vector(0))`;
/** Messages of the time range that got 503 but may be stored. */
export const UNCONFIRMED = notAccepted('unconfirmed');
const mostAccepted = `topk($top, sum by (country) (${grownBy(ingest)}))`;

/** Messages accepted in the time range. */
export const ACCEPTED: Signal = {
  title: 'Accepted',
  description:
    'Messages accepted with 202 in the time range: both brokers have confirmed them. Based on scraped counters: counts after the last scrape of an ingest process, or before its restart under the same address, are missing. `npm run verify` compares with the counts of the clients.',
  unit: 'short',
  queries: [{ expr: ACCEPTED_MESSAGES, legend: 'accepted' }],
};

/** Messages stored by each lane in the time range. */
export const STORED: Signal = {
  title: 'Stored',
  description:
    'Messages added to each store in the time range, read from the store itself and therefore exact across restarts. At rest it equals Accepted.',
  unit: 'short',
  queries: [{ expr: storedByLane, legend: '{{lane}}' }],
};

/** Stored minus accepted, by lane. */
export const DIFFERENCE: Signal = {
  title: 'Difference',
  description:
    'Stored minus accepted: 0 at rest, below 0 under load because of messages in flight. Choose a range that begins at rest: messages in flight at its start were accepted before it but stored within it, and raise the difference. So do messages that were published but got 503 (unconfirmed).',
  unit: 'short',
  queries: [{ expr: DIFFERENCE_BY_LANE, legend: '{{lane}}' }],
};

/** Messages not accepted, by outcome, and dead letters. */
export const NOT_ACCEPTED: Signal = {
  title: 'Not accepted, dead letters',
  description:
    'Refused: got 4xx or 503 in the time range and were never published. Unconfirmed: published, but a broker did not confirm in time, so each lane may or may not have them; clients retry under the same key. Dead letters: messages in the dead-letter queue and topic that can never be stored; the header caudal-reason gives the reason.',
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

/** Account by country as table cells: label `country` is the row, label `column` the column. */
export const ACCOUNT_BY_COUNTRY: Signal = {
  title: 'Account by country',
  description:
    'Countries with the most accepted messages in the time range, messages stored by each lane, and the difference: 0 at rest, below 0 while messages are in flight.',
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
