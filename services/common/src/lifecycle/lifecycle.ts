import { errorMessage } from '../errors.ts';
import type { Logger } from '../logging.ts';

/** Options of {@link Lifecycle}. */
export interface LifecycleOptions {
  readonly logger: Logger;
  /** Time limit for all steps, after which the process exits with 1. Keep it below the pod's grace period. */
  readonly drainTimeoutMs: number;
  /** Ends the process; replaceable in tests. */
  readonly exit?: (code: number) => void;
}

interface Step {
  readonly name: string;
  readonly run: () => Promise<void> | void;
}

/**
 * Shuts a service down: runs the steps in the order they were added, each guarded, under one deadline.
 *
 * The first SIGTERM or SIGINT drains, a second one exits at once with 1. An uncaught error or a fatal report
 * drains too and exits with 1: a restart is the recovery.
 */
export class Lifecycle {
  readonly #logger: Logger;
  readonly #drainTimeoutMs: number;
  readonly #exit: (code: number) => void;
  readonly #steps: Step[] = [];
  readonly #stopping = new AbortController();
  #stopped: Promise<void> | undefined;
  #exitCode = 0;

  constructor(options: LifecycleOptions) {
    this.#logger = options.logger;
    this.#drainTimeoutMs = options.drainTimeoutMs;
    this.#exit = options.exit ?? ((code) => process.exit(code));
  }

  /** Aborted when the service starts to stop; checked by readiness and back-off loops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Appends a shutdown step. */
  onStop(name: string, run: () => Promise<void> | void): void {
    this.#steps.push({ name, run });
  }

  /** Handles SIGTERM, SIGINT, uncaught exceptions and unhandled rejections of this process. */
  handleSignals(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (this.stopping.aborted) {
          this.#logger.warn({ signal }, 'second signal: exiting immediately');
          this.#exit(1);
        } else {
          void this.stop(signal);
        }
      });
    }
    process.on('uncaughtException', (error) => this.fail(error));
    process.on('unhandledRejection', (error) => this.fail(error));
  }

  /** Reports an unrecoverable error: drains what can be drained and exits with 1. */
  fail(error: unknown): void {
    this.#logger.fatal({ err: error }, `fatal: ${errorMessage(error)}`);
    this.#exitCode = 1;
    void this.stop('fatal error');
  }

  /** Runs the steps once and exits; a second call returns the same promise. */
  stop(reason: string): Promise<void> {
    this.#stopped ??= this.#run(reason);
    return this.#stopped;
  }

  async #run(reason: string): Promise<void> {
    this.#stopping.abort();
    const startedAt = performance.now();
    this.#logger.info({ reason, drainTimeoutMs: this.#drainTimeoutMs }, 'stopping');
    const deadline = setTimeout(() => {
      this.#logger.error({ drainTimeoutMs: this.#drainTimeoutMs }, 'drain deadline exceeded: exiting');
      this.#exit(1);
    }, this.#drainTimeoutMs);
    for (const step of this.#steps) {
      try {
        await step.run();
        this.#logger.debug({ step: step.name }, 'stopped');
      } catch (error) {
        this.#exitCode = 1;
        this.#logger.error({ err: error, step: step.name }, 'shutdown step failed');
      }
    }
    clearTimeout(deadline);
    this.#logger.info({ drainMs: Math.round(performance.now() - startedAt) }, 'stopped');
    this.#exit(this.#exitCode);
  }
}
