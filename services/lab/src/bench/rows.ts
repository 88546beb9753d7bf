import type { PairResult } from './pairs.ts';

/** A table row: our rate against a reference in the same run. */
export interface Row {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  readonly result: PairResult;
  /** The ratio to reach. */
  readonly goal: number;
  readonly note?: string;
}

/** A figure and its bound, without a reference. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
  readonly isMet: boolean;
  readonly note?: string;
}

/** Size and number of measurements. */
export interface Effort {
  readonly pairs: number;
  readonly messages: number;
  /** Messages for programs that handle one at a time. */
  readonly slowMessages: number;
  readonly httpSeconds: number;
  readonly backlogs: readonly number[];
}
