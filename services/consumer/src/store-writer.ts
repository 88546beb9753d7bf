import { AppError, errorMessage, isRetriable } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { Envelope } from '@caudal/common/message';
import type { BatchOutcome, BatchPosition } from '@caudal/common/messaging';
import type { CountStore } from '@caudal/common/stores';
import { backOff } from './back-off.ts';
import type { LaneMetrics } from './metrics.ts';

/** Messages of one broker batch on their way into the store. */
export interface Slice {
  readonly envelopes: readonly Envelope[];
  readonly position?: BatchPosition | undefined;
  /** Rejects when the slice is no longer this consumer's to write. */
  keepAlive(): Promise<void>;
}

interface Waiting extends Slice {
  /** An attempt without reply may have written it. */
  attempted: boolean;
  resolve(outcome: BatchOutcome): void;
  reject(error: unknown): void;
}

/**
 * Writes slices in store transactions, one at a time: what comes in while one runs goes into the next together,
 * so small batches of many partitions cost one round trip. While the store is away it waits and tries again,
 * for as long as it takes; nothing else is taken in meanwhile, so memory stays where it is.
 */
export class StoreWriter {
  readonly #store: CountStore;
  readonly #metrics: LaneMetrics;
  readonly #logger: Logger;
  readonly #maxMessages: number;
  readonly #stopping: AbortSignal;
  readonly #waiting: Waiting[] = [];
  #running = false;
  #pausedBy: string | undefined;

  constructor(options: {
    readonly store: CountStore;
    readonly metrics: LaneMetrics;
    readonly logger: Logger;
    /** Slices are joined up to this many messages; one larger slice goes alone. */
    readonly maxMessages: number;
    /** Once aborted, a store that is away is not waited for: the broker delivers again. */
    readonly stopping: AbortSignal;
  }) {
    this.#store = options.store;
    this.#metrics = options.metrics;
    this.#logger = options.logger;
    this.#maxMessages = options.maxMessages;
    this.#stopping = options.stopping;
  }

  /** Why the lane waits, or undefined while it does not. */
  get pausedBy(): string | undefined {
    return this.#pausedBy;
  }

  /**
   * Resolves when the store has the slice, or says that it stands elsewhere.
   * @throws AppError `STOPPING` when it gave up because the consumer stops; `STORE_REJECTED`; what keepAlive threw.
   */
  write(slice: Slice): Promise<BatchOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        envelopes: slice.envelopes,
        position: slice.position,
        keepAlive: () => slice.keepAlive(),
        attempted: false,
        resolve,
        reject,
      });
      if (!this.#running) {
        this.#running = true;
        // After the current turn, so that slices of other partitions in the same fetch come along.
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#writeGroup(group);
      } catch (error) {
        for (const slice of group) slice.reject(error);
      }
    }
    this.#running = false;
  }

  #takeGroup(): Waiting[] {
    let messages = 0;
    let size = 0;
    for (const slice of this.#waiting) {
      if (size > 0 && messages + slice.envelopes.length > this.#maxMessages) break;
      messages += slice.envelopes.length;
      size += 1;
    }
    return this.#waiting.splice(0, size);
  }

  /** Removes slices from `group` as they are settled, until none is left. */
  async #writeGroup(group: Waiting[]): Promise<void> {
    let attempt = 0;
    while (group.length > 0) {
      const envelopes =
        group.length === 1 ? (group[0] as Waiting).envelopes : group.flatMap((slice) => slice.envelopes);
      const startedAt = performance.now();
      try {
        const result = await this.#store.apply({
          envelopes,
          positions: group.flatMap((slice) => (slice.position === undefined ? [] : [slice.position])),
        });
        this.#resume();
        if (result.kind === 'applied') {
          this.#metrics.applied(result, envelopes.length, (performance.now() - startedAt) / 1_000);
          for (const slice of group.splice(0)) this.#settleStored(slice);
        } else {
          this.#settleMoved(group, result.positions);
        }
      } catch (error) {
        if (!isRetriable(error)) throw error;
        attempt += 1;
        this.#pause(error);
        for (const slice of group) slice.attempted = true;
        if (this.#stopping.aborted)
          throw new AppError('STOPPING', 'stopping while the store is away', { cause: error });
        await backOff(attempt, this.#stopping);
        await this.#keepAlive(group);
        await this.#keepAlive(this.#waiting);
        this.#metrics.storeRetry();
      }
    }
  }

  #settleStored(slice: Waiting): void {
    const now = Date.now();
    for (const { acceptedAt } of slice.envelopes)
      this.#metrics.latency(Math.max(0, now - acceptedAt) / 1_000);
    slice.resolve({ kind: 'stored' });
  }

  #settleMoved(group: Waiting[], positions: ReadonlyMap<string, number | null>): void {
    for (const slice of group.splice(0)) {
      const { position } = slice;
      if (position === undefined || !positions.has(position.source)) {
        group.push(slice);
        continue;
      }
      const stored = positions.get(position.source) ?? null;
      // The attempt whose reply was lost had written it.
      if (slice.attempted && stored === position.next) {
        this.#settleStored(slice);
        continue;
      }
      this.#metrics.redelivered(slice.envelopes.length);
      this.#logger.warn(
        { source: position.source, expected: position.expected, stored },
        'the store stands elsewhere',
      );
      slice.resolve({ kind: 'moved', position: stored });
    }
  }

  async #keepAlive(slices: Waiting[]): Promise<void> {
    const kept: Waiting[] = [];
    await Promise.all(
      slices.map(async (slice) => {
        try {
          await slice.keepAlive();
          kept.push(slice);
        } catch (error) {
          slice.reject(error);
        }
      }),
    );
    slices.splice(0, slices.length, ...slices.filter((slice) => kept.includes(slice)));
  }

  #pause(error: unknown): void {
    const reason = errorMessage(error);
    if (this.#pausedBy === undefined) {
      this.#metrics.paused(true);
      this.#logger.warn({ reason }, 'lane paused: the store is away');
    }
    this.#pausedBy = reason;
  }

  #resume(): void {
    if (this.#pausedBy === undefined) return;
    this.#pausedBy = undefined;
    this.#metrics.paused(false);
    this.#logger.info('lane goes on: the store is back');
  }
}
