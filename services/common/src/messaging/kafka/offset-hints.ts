import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';

const COMMIT_INTERVAL_MS = 1_000;

/** The offset to read next. */
export interface OffsetHint {
  readonly partition: number;
  readonly offset: number;
}

/**
 * Commits the store's position to Kafka about once a second. Caudal never reads it back: it is for lag tools and
 * autoscalers, so failures are ignored.
 */
export class OffsetHints {
  readonly #logger: Logger;
  readonly #pending = new Map<number, number>();
  #commit: ((hints: readonly OffsetHint[]) => Promise<unknown>) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Records a partition's position; `commit` is the current way to commit it to Kafka. */
  note(partition: number, offset: number, commit: (hints: readonly OffsetHint[]) => Promise<unknown>): void {
    this.#pending.set(partition, offset);
    this.#commit = commit;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.flush();
    }, COMMIT_INTERVAL_MS);
  }

  /** Drops pending offsets: after a rebalance the partitions belong to another consumer. */
  clear(): void {
    this.#pending.clear();
  }

  /** Commits pending offsets now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0 || !this.#commit) return;
    const hints = Array.from(this.#pending, ([partition, offset]) => ({ partition, offset }));
    this.#pending.clear();
    try {
      await this.#commit(hints);
    } catch (error) {
      this.#logger.debug(`offset commit failed: ${errorMessage(error)}`);
    }
  }
}
