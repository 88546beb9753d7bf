import { setTimeout as sleep } from 'node:timers/promises';
import { backOffMs } from '@caudal/common/back-off';
import { errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { LogDescription, LogTail, TailRun } from '@caudal/common/messaging';
import type { LiveMissed } from '../schemas.ts';
import { markOfLog, type Offsets, type Position } from './position.ts';

/** Most bytes of a partition that one read brings. */
const MAX_BYTES = 65_536;
/** Tries, within some seconds, after which a log that ends before a position has lost its end. */
export const ATTEMPTS_BEYOND_END = 5;

/** What a client that reads the log gets next. */
export type Step =
  | { readonly kind: 'runs'; readonly runs: ReadonlyMap<number, TailRun> }
  /** The position is not in the log: go on at another one. */
  | { readonly kind: 'moved'; readonly to: Position; readonly missed: LiveMissed | undefined };

/** Reads the log for clients that are behind the ring: a few at a time, the others wait in line. */
export class CatchUp {
  readonly #tail: LogTail;
  readonly #logger: Logger;
  readonly #slots: number;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(tail: LogTail, logger: Logger, slots: number) {
    this.#tail = tail;
    this.#logger = logger;
    this.#slots = slots;
  }

  /**
   * Reads after a position. While the log cannot be read it tries again. Rejects only when `stopping` is aborted.
   * @param current mark of the log as it is now
   */
  async read(position: Position, current: string, stopping: AbortSignal): Promise<Step> {
    await this.#enter();
    try {
      for (let attempt = 1; ; attempt += 1) {
        stopping.throwIfAborted();
        try {
          return await this.#attempt(position, current, attempt);
        } catch (error) {
          this.#logger.warn({ attempt }, `the log cannot be read for a client: ${errorMessage(error)}`);
        }
        await sleep(backOffMs(attempt), undefined, { signal: stopping });
      }
    } finally {
      this.#leave();
    }
  }

  async #attempt(position: Position, current: string, attempt: number): Promise<Step> {
    // The offsets may exist in the new log as well, and mean other messages.
    if (position.log !== current) return placeIn(await this.#tail.describe(), position);
    try {
      return { kind: 'runs', runs: await this.#tail.read(position.offsets, MAX_BYTES) };
    } catch (error) {
      const description = await this.#tail.describe();
      const moved = placeIn(description, position);
      if (moved.to.offsets.some((offset, partition) => offset !== position.offsets[partition])) return moved;
      if (!isBeyond(description, position) || attempt < ATTEMPTS_BEYOND_END) throw error;
      return cutOff(description, position);
    }
  }

  async #enter(): Promise<void> {
    if (this.#reading < this.#slots) {
      this.#reading += 1;
      return;
    }
    // Whoever leaves gives its place to the first in line.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#reading -= 1;
  }
}

/**
 * Where a position is in a log as it stands now, and what of the log it can no longer get. A position beyond the end stays:
 * after a restart of its broker a log may report an earlier end for a moment.
 */
export function placeIn(
  { id, bounds }: LogDescription,
  { log, offsets }: Position,
): Step & { kind: 'moved' } {
  const mark = markOfLog(id);
  const lows = bounds.map(({ low }) => low);
  if (log !== mark) return { kind: 'moved', to: { log: mark, offsets: lows }, missed: RESTARTED };
  const partitions = lows.flatMap((to, partition) => {
    const from = offsets[partition] ?? 0;
    // A partition that the position does not have is new: nothing of it can have been missed.
    return partition < offsets.length && from < to ? [{ partition, from, to }] : [];
  });
  const count = partitions.reduce((sum, { from, to }) => sum + to - from, 0);
  return {
    kind: 'moved',
    to: { log: mark, offsets: lows.map((low, partition) => Math.max(offsets[partition] ?? low, low)) },
    missed: count === 0 ? undefined : { count, reason: 'retention', partitions },
  };
}

/** The notice of a position whose log is gone, or has lost what was there. */
export const RESTARTED: LiveMissed = { count: 0, reason: 'restarted', partitions: [] };

/** Whether the log ends before a position. */
export function isBeyond({ bounds }: LogDescription, { offsets }: Position): boolean {
  return bounds.some(({ high }, partition) => (offsets[partition] ?? 0) > high);
}

/** The log has lost its end: what is written there now are other messages. */
function cutOff({ bounds }: LogDescription, { log, offsets }: Position): Step {
  const kept = bounds.map(({ high }, partition) => Math.min(offsets[partition] ?? high, high));
  return { kind: 'moved', to: { log, offsets: kept }, missed: RESTARTED };
}

/** The ends of all partitions. */
export function endOf({ bounds }: LogDescription): Offsets {
  return bounds.map(({ high }) => high);
}
