import { median } from '../bench/pairs.ts';
import { createRandom } from '../chaos/plan-faults.ts';

/** A median with the interval that its true value is in, 19 times of 20. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 10_000;
const CONFIDENCE = 0.95;

/**
 * Estimates a median by the percentile bootstrap (Efron, 1979): the medians of many samples drawn from the values with
 * replacement. With few values the interval is as wide as the values. The same values give the same interval.
 *
 * @throws RangeError without a value
 */
export function estimateMedian(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError('no values to estimate a median from');
  const random = createRandom('bootstrap');
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] as number)),
  ).sort((left, right) => left - right);
  const tail = Math.floor(((1 - CONFIDENCE) / 2) * RESAMPLES);
  return {
    median: median(values),
    low: medians[tail] as number,
    high: medians[RESAMPLES - 1 - tail] as number,
  };
}

/** Which of two is faster, and by how much. */
export interface Comparison {
  readonly faster: string;
  readonly slower: string;
  /** How many times as fast, repetition by repetition. */
  readonly ratio: Estimate;
  /** Whether the interval leaves no doubt which is faster. */
  readonly isClear: boolean;
}

/** Fewest repetitions that a difference can be read from. */
export const MIN_REPETITIONS = 3;

/**
 * Compares every two of some rates that were measured in the same repetitions, the fastest first. Ratios are taken within
 * a repetition, because the machine's speed drifts for all alike.
 */
export function compareRates(rates: Readonly<Record<string, readonly number[]>>): Comparison[] {
  const names = Object.keys(rates).sort(
    (left, right) => median(rates[right] as number[]) - median(rates[left] as number[]),
  );
  return names.flatMap((faster, place) =>
    names.slice(place + 1).map((slower) => {
      const others = rates[slower] as readonly number[];
      const ratios = (rates[faster] as readonly number[]).map(
        (rate, index) => rate / (others[index] as number),
      );
      const ratio = estimateMedian(ratios);
      return { faster, slower, ratio, isClear: ratios.length >= MIN_REPETITIONS && ratio.low > 1 };
    }),
  );
}
