import { backOffMs, pause } from '@caudal/common/back-off';
import { errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { LogDescription, LogTail } from '@caudal/common/messaging';
import { ATTEMPTS_BEYOND_END, endOf, isBeyond, placeIn } from './catch-up.ts';
import { type Frame, framesOf, positionAfter } from './frames.ts';
import { markOfLog, type Offsets } from './position.ts';

/** Most bytes of a partition that one read brings: a read fits into the ring several times. */
const MAX_BYTES = 65_536;
/** How often new partitions and a replaced topic are looked for, ms. */
const DESCRIBE_EVERY_MS = 30_000;

/** What a follower reports. */
export interface FollowerEvents {
  /**
   * It begins here: at first, and where what it had can no longer be continued.
   * @param isCut whether the log has lost its end, which is here
   */
  onBegin(log: string, offsets: Offsets, isCut: boolean): void;
  onFrames(frames: readonly Frame[], after: Offsets): void;
  /** Why the log cannot be read at the moment; undefined when it can again. */
  onTrouble(reason: string | undefined): void;
}

/** Reads the log from its end for as long as it is wanted: one reader, however many clients there are. */
export class Follower {
  readonly #tail: LogTail;
  readonly #logger: Logger;
  readonly #events: FollowerEvents;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #log = '';
  #offsets: Offsets = [];
  #describedAt = 0;

  constructor(tail: LogTail, logger: Logger, events: FollowerEvents) {
    this.#tail = tail;
    this.#logger = logger;
    this.#events = events;
  }

  /**
   * Begins at the end of the log.
   * @throws AppError when the log cannot be read now; it may be called again then.
   */
  async start(): Promise<void> {
    this.#begin(await this.#tail.describe(), false);
    this.#running = this.#run();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #begin(description: LogDescription, isCut: boolean): void {
    this.#log = markOfLog(description.id);
    this.#offsets = endOf(description);
    this.#describedAt = performance.now();
    this.#events.onBegin(this.#log, this.#offsets, isCut);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (failures > 0 || performance.now() - this.#describedAt > DESCRIBE_EVERY_MS)
          await this.#look(failures);
        const runs = await this.#tail.read(this.#offsets, MAX_BYTES);
        if (signal.aborted) return;
        if (failures > 0) this.#events.onTrouble(undefined);
        failures = 0;
        if (runs.size === 0) continue;
        this.#offsets = positionAfter(this.#offsets, runs);
        this.#events.onFrames(framesOf(runs), this.#offsets);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        this.#events.onTrouble(errorMessage(error));
        this.#logger.warn({ failures }, `the live tail cannot read the log: ${errorMessage(error)}`);
        await pause(backOffMs(failures), signal);
      }
    }
  }

  /** Looks whether the log is still the one, and continues with its new partitions; else it begins again at the end. */
  async #look(failures: number): Promise<void> {
    const description = await this.#tail.describe();
    const position = { log: this.#log, offsets: this.#offsets };
    const { to } = placeIn(description, position);
    const isCut = failures >= ATTEMPTS_BEYOND_END && isBeyond(description, position);
    const isContinued =
      to.log === this.#log && this.#offsets.every((offset, partition) => to.offsets[partition] === offset);
    if (!isContinued || isCut) {
      this.#begin(description, isContinued);
      return;
    }
    this.#describedAt = performance.now();
    if (to.offsets.length > this.#offsets.length) {
      this.#offsets = to.offsets;
      // A batch without frames lets every client continue with the new partitions.
      this.#events.onFrames([], to.offsets);
    }
  }
}
