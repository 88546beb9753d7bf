/** Minimum window: a shorter one fluctuates with the size of batches. */
const MIN_SPAN_MS = 1_000;
/** Maximum window for the current rate. */
const WINDOW_MS = 30_000;

/** Window of rates that are watched, ms. */
export const WATCHED_WINDOW_MS = 10_000;

interface Sample {
  readonly atMs: number;
  readonly total: number;
}

/** Measures how fast a store's total grows, from the totals of the last 30 s or another window. */
export class StoreRate {
  readonly #windowMs: number;
  #samples: readonly Sample[] = [];

  constructor(windowMs = WINDOW_MS) {
    this.#windowMs = windowMs;
  }

  /** Records a total; `atMs` is monotonic time in milliseconds. */
  note(total: number, atMs: number): void {
    const last = this.#samples.at(-1);
    // Start over after a store was emptied or restored.
    const isLess = last !== undefined && total < last.total;
    const earlier = isLess ? [] : this.#samples.filter((sample) => sample.atMs < atMs);
    const recent = earlier.filter((sample) => atMs - sample.atMs <= this.#windowMs);
    // Scrapes may be further apart than the window.
    this.#samples = [...(recent.length > 0 ? recent : earlier.slice(-1)), { atMs, total }];
  }

  /** Messages per second; null while the totals cover less than a second. */
  get perSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < MIN_SPAN_MS) return null;
    return ((last.total - first.total) * 1_000) / (last.atMs - first.atMs);
  }
}

/**
 * Computes the seconds a lane needs for its backlog at its current rate; 0 without a backlog, null if the rate is
 * unknown or 0.
 */
export function secondsBehind(backlogMessages: number, perSecond: number | null): number | null {
  if (backlogMessages === 0) return 0;
  if (perSecond === null || perSecond <= 0) return null;
  return Math.round((backlogMessages / perSecond) * 10) / 10;
}
