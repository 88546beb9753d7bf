import { backOffMs, pause } from '@caudal/common/back-off';
import { errorMessage, isRetriable } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';

/** First and maximum wait after a failed step, ms. */
const FIRST_MS = 50;
const LONGEST_MS = 1_000;

/** What a {@link Loop} does. */
export interface LoopOptions {
  /** In logs: `timer`. */
  readonly name: string;
  readonly logger: Logger;
  /** Resolves with the time to wait before the next step, ms; 0 for none. */
  readonly step: () => Promise<number>;
  /** Called for each step that failed and is tried again. */
  readonly onRetry?: (error: unknown) => void;
  /** Called for an error that no retry can help; the loop has ended. */
  readonly onFatal: (error: unknown) => void;
}

/**
 * Repeats a step until it is stopped. A step that fails is tried again after a wait that grows, without a limit; one line is logged
 * when that begins and one when it is over.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #isWoken = false;
  #endWait: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Begins; a second call does nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Makes the next step follow at once; it does not shorten the wait after a failure. */
  wake(): void {
    this.#isWoken = true;
    this.#endWait?.();
  }

  /** Ends the loop; resolves when a running step is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { name, logger, step, onRetry, onFatal } = this.#options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      this.#isWoken = false;
      try {
        const waitMs = await step();
        if (failures > 0) logger.info({ loop: name, failures }, 'works again');
        failures = 0;
        await this.#wait(waitMs);
      } catch (error) {
        if (!isRetriable(error)) return onFatal(error);
        failures += 1;
        if (failures === 1) logger.warn({ loop: name, reason: errorMessage(error) }, 'failed, trying again');
        onRetry?.(error);
        await pause(backOffMs(failures, FIRST_MS, LONGEST_MS), signal);
      }
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    if (milliseconds <= 0 || this.#isWoken) return;
    const over = new AbortController();
    this.#endWait = () => over.abort();
    await pause(milliseconds, AbortSignal.any([over.signal, this.#stopping.signal]));
    this.#endWait = undefined;
  }
}
