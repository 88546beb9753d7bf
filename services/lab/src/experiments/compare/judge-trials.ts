import { type Comparison, compareRates, type Estimate, estimateMedian } from '../statistics.ts';
import { rateOf, type Trial, type Way } from './trial.ts';

/** What a contender is compared by beside its rate. */
export interface ContenderGoal {
  readonly name: string;
  /** Least number of times as fast as its naive way. */
  readonly timesNaive?: number;
}

/** How much faster than one awaited write a message a contender is. */
export interface NaiveRatio {
  readonly contender: string;
  readonly ratio: Estimate;
  readonly goal: number | undefined;
  readonly isMet: boolean;
}

/** The result of a comparison. */
export interface ComparisonVerdict {
  /** Trials after which the store did not have exactly what was sent, one line each. */
  readonly wrong: readonly string[];
  /** Every two contenders, the fastest first. */
  readonly comparisons: readonly Comparison[];
  /** Empty if the naive way was not tried. */
  readonly naive: readonly NaiveRatio[];
  readonly passed: boolean;
}

/** Judges trials: what is in the stores first, then which is faster. Rates of a store that has not everything are no rates. */
export function judgeTrials(
  trials: readonly Trial[],
  contenders: readonly ContenderGoal[],
): ComparisonVerdict {
  const wrong = trials.flatMap(({ contender, way, repetition, messages, found, distinct }) =>
    found === messages && distinct === messages
      ? []
      : [
          `${contender}${way === 'naive' ? ', naive' : ''}, repetition ${repetition}: ${found} found, ${distinct} of them distinct, of ${messages} sent`,
        ],
  );
  const rates = (way: Way): Record<string, number[]> =>
    Object.fromEntries(
      contenders
        .map(({ name }) => [name, ratesOf(trials, name, way)] as const)
        .filter(([, values]) => values.length > 0),
    );
  const [lanes, naives] = [rates('lane'), rates('naive')];
  const naive = contenders.flatMap(({ name, timesNaive }): NaiveRatio[] => {
    const [ours, theirs] = [lanes[name], naives[name]];
    if (ours === undefined || theirs === undefined) return [];
    const ratio = estimateMedian(ours.map((rate, index) => rate / (theirs[index] as number)));
    return [
      {
        contender: name,
        ratio,
        goal: timesNaive,
        isMet: timesNaive === undefined || ratio.median >= timesNaive,
      },
    ];
  });
  return {
    wrong,
    comparisons: compareRates(lanes),
    naive,
    passed: wrong.length === 0 && naive.every(({ isMet }) => isMet),
  };
}

/** Rates of a contender by repetition. */
export function ratesOf(trials: readonly Trial[], contender: string, way: Way): number[] {
  return trials
    .filter((trial) => trial.contender === contender && trial.way === way)
    .sort((left, right) => left.repetition - right.repetition)
    .map(rateOf);
}
