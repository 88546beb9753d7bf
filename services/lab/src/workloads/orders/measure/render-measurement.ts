import { formatCount, markdownTable } from '../../../report/text-table.ts';
import type { Spread } from '../verify/account.ts';

/** States of an order that last. */
const LASTING_STATES = 3;
/** States that each order of the first shop waited in, one order after the other. */
const SEED_STATES = 4;
const SEED_STEP_SECONDS = 8;

/** Orders that were placed at once. */
export interface BurstFigures {
  readonly orders: number;
  /** From the first order's first state to the last state of all, s; null where none was reached. */
  readonly finishedSeconds: number | null;
  /** How much longer than the step states lasted, ms. */
  readonly lateness: Spread;
  readonly isExact: boolean;
}

/** Orders that were placed at a rate. */
export interface RateFigures {
  /** Orders/s asked for, and orders accepted. */
  readonly rate: number;
  readonly accepted: number;
  /** Time to a 202, ms. */
  readonly postMs: { readonly p50: number | null; readonly p99: number | null };
  readonly lateness: Spread;
  readonly isExact: boolean;
}

/** What was measured. */
export interface Measurement {
  readonly stepMs: number;
  readonly bursts: readonly BurstFigures[];
  readonly door: RateFigures;
  readonly timers: RateFigures;
}

/** Time that the first shop needed for this number of orders, s: it walked one after the other through its states. */
export function seedSeconds(orders: number): number {
  return orders * SEED_STATES * SEED_STEP_SECONDS;
}

/** Formats what was measured, with the first shop's figures beside. */
export function renderMeasurement({ stepMs, bursts, door, timers }: Measurement): string {
  const leastSeconds = (LASTING_STATES * stepMs) / 1_000;
  const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`);
  const seconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} s`);
  const verdict = (isExact: boolean): string => (isExact ? 'exact' : '**not exact**');
  return [
    '## Orders placed at once',
    '',
    `${LASTING_STATES} states of at least ${stepMs / 1_000} s: no order can finish before ${leastSeconds} s. The first shop walked one order after the`,
    `other through ${SEED_STATES} states of ${SEED_STEP_SECONDS} s.`,
    '',
    markdownTable([
      ['orders', 'all finished after', 'states late by p50', 'p99', 'the first shop', 'verdict'],
      ...bursts.map(({ orders, finishedSeconds, lateness, isExact }) => [
        formatCount(orders),
        seconds(finishedSeconds),
        ms(lateness.p50),
        ms(lateness.p99),
        formatCount(seedSeconds(orders)).concat(' s'),
        verdict(isExact),
      ]),
    ]),
    '',
    '## Orders placed at a rate',
    '',
    markdownTable([
      ['orders/s', 'accepted', 'POST p50', 'POST p99', 'states late by p50', 'p99', 'verdict'],
      ...[door, timers].map(({ rate, accepted, postMs, lateness, isExact }) => [
        formatCount(rate),
        formatCount(accepted),
        ms(postMs.p50),
        ms(postMs.p99),
        ms(lateness.p50),
        ms(lateness.p99),
        verdict(isExact),
      ]),
    ]),
    '',
    'The first shop took an order in within about 10 ms.',
    '',
  ].join('\n');
}
