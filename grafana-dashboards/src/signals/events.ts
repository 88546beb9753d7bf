import { METRICS } from '@caudal/common/metrics';
import { RATE_WINDOW, SCOPE, select } from './signal.ts';

/** Queries for marks: a query has a value where a change shows between two points. */

// For every lane: dashboards without the variable `lane` show these marks too.
const consumers = `count by (lane) (${select(METRICS.assignedSources, SCOPE)})`;
const consumersBefore = `count by (lane) (${select(METRICS.assignedSources, SCOPE)} offset $__interval)`;

/** Increase of a lane's consumers; the value is the new number. */
export const SCALED_UP = `${consumers} > ${consumersBefore}`;

/** Decrease of a lane's consumers; the value is the old number, because the new one may be 0 and have no series. */
export const SCALED_DOWN = `${consumersBefore} > (${consumers} or 0 * ${consumersBefore})`;

const paused = `max by (lane) (${select(METRICS.lanePaused, SCOPE)})`;
const pausedBefore = `max by (lane) (${select(METRICS.lanePaused, SCOPE)} offset $__interval)`;

/** Start of a lane's pause. */
export const PAUSE_BEGAN = `${paused} > ${pausedBefore}`;

/** End of a lane's pause. */
export const PAUSE_ENDED = `${pausedBefore} > ${paused}`;

const reachable = `min by (broker) (${select(METRICS.brokerUp, SCOPE)})`;
const reachableBefore = `min by (broker) (${select(METRICS.brokerUp, SCOPE)} offset $__interval)`;

/** An ingest process can no longer publish to a broker. */
export const BROKER_LOST = `${reachable} < ${reachableBefore}`;

/** All ingest processes can publish to the broker again. */
export const BROKER_BACK = `${reachable} > ${reachableBefore}`;

const arriving = `sum(rate(${select(METRICS.ingestMessages, SCOPE)}[${RATE_WINDOW}])) > 0`;
const arrivingBefore = `sum(rate(${select(METRICS.ingestMessages, SCOPE)}[${RATE_WINDOW}] offset $__interval)) > 0`;

/** Messages start arriving. */
export const LOAD_STARTED = `(${arriving}) unless (${arrivingBefore})`;

/** Messages stop arriving. */
export const LOAD_ENDED = `(${arrivingBefore}) unless (${arriving})`;
