import { METRICS } from '@caudal/common/metrics';
import {
  ACCEPTED_MESSAGES as accepted,
  DIFFERENCE_BY_LANE as difference,
  grownBy,
  UNCONFIRMED,
} from './account.ts';
import { LANE_SCOPE, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/*
 * Verdict on the time range: a series whose label `verdict` is the word and whose value is the number.
 * A wrong DRIFT frightens people for nothing and a wrong EXACT hides a loss, so both are said only of a pipeline that is at
 * rest, and DRIFT only of a range that also began at rest and of a difference that nothing harmless explains.
 */

const backlog = select(METRICS.backlogMessages, LANE_SCOPE);
const inHand = select(METRICS.inHandMessages, LANE_SCOPE);
const paused = select(METRICS.lanePaused, LANE_SCOPE);
const arriving = select(METRICS.ingestMessages, `${SCOPE}, outcome="accepted"`);

/** Messages are in flight, or were within the last few scrapes, `offset` ago. */
const busy = (offset = ''): string =>
  [
    `max(max_over_time(${backlog}[${RATE_WINDOW}]${offset})) > 0`,
    `max(max_over_time(${inHand}[${RATE_WINDOW}]${offset})) > 0`,
    `max(max_over_time(${paused}[${RATE_WINDOW}]${offset})) > 0`,
    `sum(increase(${arriving}[${RATE_WINDOW}]${offset})) > 0`,
  ].join(' or on () ');
const lanesOf = (series: string): string => `count(count by (lane) (${series}))`;
const lanes = lanesOf(`${select(METRICS.assignedSources, LANE_SCOPE)} or ${backlog}`);
// Without a backlog figure a lane cannot count as at rest, and without a store's figure it cannot count as exact.
const isKnown = `(${lanesOf(backlog)} == on () ${lanes})`;
const isComplete = `(${lanesOf(select(METRICS.storeMessages, LANE_SCOPE))} == on () ${lanes})`;

// Messages already counted may get 202 again under their key and are stored once.
const repeated = `(sum by (lane) (${grownBy(select(METRICS.duplicates, LANE_SCOPE))}) or on (lane) 0 * ${backlog})`;
const explained = `(${repeated} + on () group_left () ${UNCONFIRMED})`;

const verdict = (word: string, expr: string): string =>
  `label_replace(${expr}, "verdict", "${word}", "", "")`;

/** Verdicts of a pipeline at rest; the first match wins. */
const AT_REST: readonly string[] = [
  verdict(
    'DRIFT',
    `max(abs(${difference}) > on (lane) ${explained}) unless on () (${busy(' offset $__range')})`,
  ),
  verdict('UNCERTAIN', `max(abs(${difference})) > 0`),
  verdict('EXACT', `(${accepted} > 0) and on () ${isComplete}`),
  verdict('IDLE', `0 * count(${select(METRICS.ingestPending, SCOPE)}) unless on () (${accepted} > 0)`),
];
const IN_FLIGHT = verdict('IN FLIGHT', `max(${backlog}) and on () ${isComplete} and on () (${busy()})`);

/** Verdict on the account of the time range. */
export const VERDICT: Signal = {
  title: 'Verdict',
  description:
    'EXACT n: at rest, every lane has stored the n accepted messages. IN FLIGHT n: n messages are not stored yet. DRIFT n: at rest, a lane differs by n messages, more than unconfirmed messages and retries under a key explain; see the runbook of CaudalMessagesMissing. UNCERTAIN n: at rest, a lane differs by n messages, which may be explained by those or by a range that began under load. IDLE: nothing was accepted. CANNOT TELL: metrics of ingest, the console, a store or a broker are missing.',
  unit: 'short',
  queries: [
    {
      expr: `((${AT_REST.join(' or on () ')}) unless on () (${busy()}) or on () ${IN_FLIGHT}) and on () ${isKnown} or on () ${verdict('CANNOT TELL', 'vector(0)')}`,
      legend: '{{verdict}}',
    },
  ],
};
