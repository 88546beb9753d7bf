import type { ClientRateLimitInfo, Store } from 'express-rate-limit';

/**
 * Counts hits per caller in fixed windows for a bounded number of callers. Further callers share one count, so that a
 * flood from many addresses is limited without using more memory.
 */
export class BoundedRateStore implements Store {
  readonly localKeys = true;
  readonly #windowMs: number;
  readonly #maxCallers: number;
  readonly #now: () => number;
  readonly #hits = new Map<string, number>();
  #windowEnd = 0;

  /** `now` is a monotonic clock in ms: setting back a wall clock would extend a window. */
  constructor(windowMs: number, maxCallers: number, now: () => number = () => performance.now()) {
    this.#windowMs = windowMs;
    this.#maxCallers = maxCallers;
    this.#now = now;
  }

  /** Number of callers tracked. */
  get size(): number {
    return this.#hits.size;
  }

  increment(key: string): ClientRateLimitInfo {
    this.#turn();
    const known = this.#known(key);
    const totalHits = (this.#hits.get(known) ?? 0) + 1;
    this.#hits.set(known, totalHits);
    return { totalHits, resetTime: undefined };
  }

  decrement(key: string): void {
    const known = this.#known(key);
    const hits = this.#hits.get(known);
    if (hits !== undefined) this.#hits.set(known, Math.max(0, hits - 1));
  }

  resetKey(key: string): void {
    this.#hits.delete(key);
  }

  #known(key: string): string {
    return this.#hits.has(key) || this.#hits.size < this.#maxCallers ? key : OTHERS;
  }

  #turn(): void {
    const now = this.#now();
    if (now < this.#windowEnd) return;
    this.#hits.clear();
    this.#windowEnd = now + this.#windowMs;
  }
}

/** Cannot collide with an address or a digest. */
const OTHERS = 'others';
