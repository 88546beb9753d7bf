interface Waiting<T> {
  give(job: T | undefined): void;
}

/** Jobs in order of arrival, for workers that wait for them. */
export class JobQueue<T> {
  #jobs: T[] = [];
  readonly #waiting = new Set<Waiting<T>>();

  /** Number of jobs that no worker has taken. */
  get length(): number {
    return this.#jobs.length;
  }

  add(jobs: readonly T[]): void {
    this.#jobs.push(...jobs);
    for (const waiting of this.#waiting) {
      const job = this.#jobs.shift();
      if (job === undefined) return;
      waiting.give(job);
    }
  }

  /** Takes the first job, waiting for one; undefined if there was none when the signal aborted. */
  take(signal: AbortSignal): Promise<T | undefined> {
    const job = this.#jobs.shift();
    if (job !== undefined || signal.aborted) return Promise.resolve(job);
    return new Promise((resolve) => {
      const waiting: Waiting<T> = {
        give: (given) => {
          this.#waiting.delete(waiting);
          signal.removeEventListener('abort', onAbort);
          resolve(given);
        },
      };
      const onAbort = () => waiting.give(undefined);
      this.#waiting.add(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Takes all jobs that are left. */
  takeAll(): readonly T[] {
    const jobs = this.#jobs;
    this.#jobs = [];
    return jobs;
  }
}
