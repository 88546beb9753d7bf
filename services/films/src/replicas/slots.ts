/** Lends a fixed number of places, first come, first served. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs `work` in a place, when one is free.
   * @throws the signal's reason where it aborts before that
   */
  async use<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = resolve;
      this.#waiting.add(enter);
      // Does nothing for who has entered.
      signal.addEventListener(
        'abort',
        () => {
          this.#waiting.delete(enter);
          reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  #give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
