import type { PairResult } from './pairs.ts';

/** One line of the table: our rate against a reference in the same run. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  readonly result: PairResult;
  /** The ratio to reach. */
  readonly goal: number;
  readonly note?: string;
}

/** One line that stands alone: a figure and its bound. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
  readonly isMet: boolean;
  readonly note?: string;
}

/** How long and how often the bench measures. */
export interface Effort {
  readonly pairs: number;
  readonly messages: number;
  /** Messages for the programs that take one at a time. */
  readonly slowMessages: number;
  readonly httpSeconds: number;
  readonly backlogs: readonly number[];
}
