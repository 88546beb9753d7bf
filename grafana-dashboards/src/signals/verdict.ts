import { METRICS } from '@caudal/common/metrics';
import {
  ACCEPTED_MESSAGES as accepted,
  DIFFERENCE_BY_LANE as difference,
  grownBy,
  UNCONFIRMED,
} from './account.ts';
import { LANE_SCOPE, RATE_WINDOW, SCOPE, type Signal, select } from './signal.ts';

/*
 * The verdict on the time range, as one series whose label `verdict` is the word and whose value is the number behind it.
 * A wrong DRIFT frightens people for nothing and a wrong EXACT hides a loss, so both are said only of a pipeline that is at
 * rest, and DRIFT only of a range that also began at rest and of a difference that nothing harmless explains.
 */

const backlog = select(METRICS.backlogMessages, LANE_SCOPE);
const inHand = select(METRICS.inHandMessages, LANE_SCOPE);
const paused = select(METRICS.lanePaused, LANE_SCOPE);
const arriving = select(METRICS.ingestMessages, `${SCOPE}, outcome="accepted"`);

/** Something is on its way, or was within the last few scrapes, `offset` ago. */
const busy = (offset = ''): string =>
  [
    `max(max_over_time(${backlog}[${RATE_WINDOW}]${offset})) > 0`,
    `max(max_over_time(${inHand}[${RATE_WINDOW}]${offset})) > 0`,
    `max(max_over_time(${paused}[${RATE_WINDOW}]${offset})) > 0`,
    `sum(increase(${arriving}[${RATE_WINDOW}]${offset})) > 0`,
  ].join(' or on () ');
const lanesOf = (series: string): string => `count(count by (lane) (${series}))`;
const lanes = lanesOf(`${select(METRICS.assignedSources, LANE_SCOPE)} or ${backlog}`);
// A lane without a backlog figure may be anything but at rest, and one without a store's figure anything but exact.
const isKnown = `(${lanesOf(backlog)} == on () ${lanes})`;
const isComplete = `(${lanesOf(select(METRICS.storeMessages, LANE_SCOPE))} == on () ${lanes})`;

// What was counted before may be answered 202 again under its key, and is then stored once.
const repeated = `(sum by (lane) (${grownBy(select(METRICS.duplicates, LANE_SCOPE))}) or on (lane) 0 * ${backlog})`;
const explained = `(${repeated} + on () group_left () ${UNCONFIRMED})`;

const verdict = (word: string, expr: string): string =>
  `label_replace(${expr}, "verdict", "${word}", "", "")`;

/** Verdicts of a pipeline at rest, the first that holds counts. */
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

/** One word on the account of the time range. */
export const VERDICT: Signal = {
  title: 'Verdict',
  description:
    'EXACT n: at rest, and every lane has stored the n messages that were accepted. IN FLIGHT n: n are still to be stored. DRIFT n: at rest, and a lane differs by n messages, more than unconfirmed messages and repeats under a key explain; see the runbook of CaudalMessagesMissing. UNCERTAIN n: at rest, and a lane differs by n, which those, or a range that began under load, may explain. IDLE: nothing was accepted. CANNOT TELL: ingest, the console, a store or a broker gives no figure.',
  unit: 'short',
  queries: [
    {
      expr: `((${AT_REST.join(' or on () ')}) unless on () (${busy()}) or on () ${IN_FLIGHT}) and on () ${isKnown} or on () ${verdict('CANNOT TELL', 'vector(0)')}`,
      legend: '{{verdict}}',
    },
  ],
};
