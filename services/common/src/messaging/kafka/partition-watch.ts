import { errorMessage } from '../../errors.ts';
import type { Logger } from '../../logging.ts';

/** Options of {@link PartitionWatch}. */
export interface PartitionWatchOptions {
  /** The topic's partitions: those the client remembers or, with `isFresh`, those the broker reports now. */
  readonly count: (isFresh: boolean) => Promise<number>;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Called once with the new number; the watch ends with it. */
  readonly onGrown: (partitions: number) => void;
}

/** Detects that a topic has more partitions than the group has assigned. */
export class PartitionWatch {
  readonly #options: PartitionWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #known: Promise<number | undefined> = Promise.resolve(undefined);

  constructor(options: PartitionWatchOptions) {
    this.#options = options;
  }

  /** Starts or restarts with the partitions that the client knows now: those just assigned. */
  start(): void {
    this.stop();
    this.#known = this.#ask(false);
    this.#timer = setInterval(() => void this.#look(), this.#options.intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const timer = this.#timer;
    const known = await this.#known;
    const now = await this.#ask(true);
    if (timer === undefined || timer !== this.#timer || now === undefined) return;
    if (known === undefined) this.#known = Promise.resolve(now);
    else if (now > known) {
      this.stop();
      this.#options.onGrown(now);
    }
  }

  async #ask(isFresh: boolean): Promise<number | undefined> {
    try {
      return await this.#options.count(isFresh);
    } catch (error) {
      this.#options.logger.debug(`partition metadata is unavailable: ${errorMessage(error)}`);
      return undefined;
    }
  }
}
