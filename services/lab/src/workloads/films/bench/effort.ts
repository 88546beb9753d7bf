/** Size and number of measurements of the films. */
export interface FilmsEffort {
  readonly pairs: number;
  /** Seconds of each load. */
  readonly seconds: number;
}

/** What docs/systems/films.md was measured with. */
export const FULL: FilmsEffort = { pairs: 7, seconds: 5 };

/** For a look within minutes. */
export const QUICK: FilmsEffort = { pairs: 3, seconds: 3 };
