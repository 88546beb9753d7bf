import { METRICS } from '@caudal/common/metrics';
import { RATE_WINDOW, SCOPE, select } from './signal.ts';

/** Moments at which something changed, for marks: a query has a value where the change shows between two points. */

// Of every lane: dashboards without the variable `lane` show these marks as well.
const consumers = `count by (lane) (${select(METRICS.assignedSources, SCOPE)})`;
const consumersBefore = `count by (lane) (${select(METRICS.assignedSources, SCOPE)} offset $__interval)`;

/** Where the number of a lane's consumers rose: its value is the new number. */
export const SCALED_UP = `${consumers} > ${consumersBefore}`;

/** Where the number of a lane's consumers fell: its value is the old number, as the new one may be 0 and without series. */
export const SCALED_DOWN = `${consumersBefore} > (${consumers} or 0 * ${consumersBefore})`;

const paused = `max by (lane) (${select(METRICS.lanePaused, SCOPE)})`;
const pausedBefore = `max by (lane) (${select(METRICS.lanePaused, SCOPE)} offset $__interval)`;

/** Where a lane began to wait for its store. */
export const PAUSE_BEGAN = `${paused} > ${pausedBefore}`;

/** Where a lane's store was back. */
export const PAUSE_ENDED = `${pausedBefore} > ${paused}`;

const reachable = `min by (broker) (${select(METRICS.brokerUp, SCOPE)})`;
const reachableBefore = `min by (broker) (${select(METRICS.brokerUp, SCOPE)} offset $__interval)`;

/** Where an ingest process could no longer publish to a broker. */
export const BROKER_LOST = `${reachable} < ${reachableBefore}`;

/** Where every ingest process could publish to it again. */
export const BROKER_BACK = `${reachable} > ${reachableBefore}`;

const arriving = `sum(rate(${select(METRICS.ingestMessages, SCOPE)}[${RATE_WINDOW}])) > 0`;
const arrivingBefore = `sum(rate(${select(METRICS.ingestMessages, SCOPE)}[${RATE_WINDOW}] offset $__interval)) > 0`;

/** Where messages began to arrive. */
export const LOAD_STARTED = `(${arriving}) unless (${arrivingBefore})`;

/** Where messages stopped arriving. */
export const LOAD_ENDED = `(${arrivingBefore}) unless (${arriving})`;
