/** Size and number of measurements of the pipeline. */
export interface Effort {
  readonly pairs: number;
  readonly messages: number;
  /** Messages for programs that handle one at a time. */
  readonly slowMessages: number;
  readonly httpSeconds: number;
  readonly backlogs: readonly number[];
}

/** What docs/performance.md was measured with. */
export const FULL: Effort = {
  pairs: 7,
  messages: 200_000,
  slowMessages: 10_000,
  httpSeconds: 5,
  backlogs: [10_000, 100_000, 1_000_000],
};

/** For a look within minutes. */
export const QUICK: Effort = {
  pairs: 3,
  messages: 60_000,
  slowMessages: 4_000,
  httpSeconds: 3,
  backlogs: [10_000, 100_000],
};
