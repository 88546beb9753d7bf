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
  /** Rejects when the consumer has lost the slice. */
  keepAlive(): Promise<void>;
}

/** Dependencies and settings of {@link StoreWriter}. */
export interface StoreWriterOptions {
  readonly store: CountStore;
  readonly metrics: LaneMetrics;
  readonly logger: Logger;
  /** Maximum messages per transaction; a single larger slice is written alone. */
  readonly maxMessages: number;
  /** Once aborted, the writer stops retrying an unavailable store: the broker redelivers. */
  readonly stopping: AbortSignal;
}

interface Waiting extends Slice {
  resolve(outcome: BatchOutcome): void;
  reject(error: unknown): void;
}

type Mode =
  | { readonly kind: 'idle' }
  | { readonly kind: 'writing' }
  | { readonly kind: 'paused'; readonly reason: string };

/**
 * Writes slices in store transactions, one at a time: what comes in while one runs goes into the next together,
 * so small batches of many partitions cost one round trip. While the store is away it waits and retries
 * without a limit, and accepts nothing else meanwhile, so memory does not grow.
 *
 *            write()                retriable error
 *     idle ──────────▶ writing ◀──────────────────────▶ paused
 *       ▲                 │       the store answers        │
 *       └─────────────────┴────────────────────────────────┘
 *                         nothing left to write
 */
export class StoreWriter {
  readonly #options: StoreWriterOptions;
  #mode: Mode = { kind: 'idle' };
  /** Replaced, never changed in place: an attempt that awaits something must not lose what `write` adds meanwhile. */
  #queue: readonly Waiting[] = [];

  constructor(options: StoreWriterOptions) {
    this.#options = options;
  }

  /** Reason for the pause; undefined while running. */
  get pausedBy(): string | undefined {
    return this.#mode.kind === 'paused' ? this.#mode.reason : undefined;
  }

  /**
   * Resolves when the slice is in the store, or with the store's position if that differs from the slice's.
   * @throws AppError `STOPPING` if it gave up because the consumer is stopping; `STORE_REJECTED`; what keepAlive threw.
   */
  write(slice: Slice): Promise<BatchOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
    const { envelopes, position } = slice;
    const waiting: Waiting = { envelopes, position, keepAlive: () => slice.keepAlive(), resolve, reject };
    this.#queue = [...this.#queue, waiting];
    if (this.#mode.kind === 'idle') {
      this.#mode = { kind: 'writing' };
      // After the current turn, so that slices of other partitions in the same fetch come along.
      setImmediate(() => void this.#run());
    }
    return promise;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#writeGroup(this.#takeGroup());
    if (this.#mode.kind === 'paused') this.#options.metrics.paused(false);
    this.#mode = { kind: 'idle' };
  }

  #takeGroup(): readonly Waiting[] {
    let messages = 0;
    let size = 0;
    for (const slice of this.#queue) {
      if (size > 0 && messages + slice.envelopes.length > this.#options.maxMessages) break;
      messages += slice.envelopes.length;
      size += 1;
    }
    const group = this.#queue.slice(0, size);
    this.#queue = this.#queue.slice(size);
    return group;
  }

  /** Settles every slice of the group, retrying as needed. */
  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const { metrics, stopping } = this.#options;
    let remaining = group;
    let failures = 0;
    while (remaining.length > 0) {
      try {
        remaining = await this.#attempt(remaining, failures > 0);
      } catch (error) {
        if (!isRetriable(error)) return rejectAll(remaining, error);
        failures += 1;
        this.#pause(error);
        if (stopping.aborted) {
          const stopped = new AppError('STOPPING', 'stopping while the store is unavailable', {
            cause: error,
          });
          return rejectAll(remaining, stopped);
        }
        await backOff(failures, stopping);
        const lost = await rejectLost([...remaining, ...this.#queue]);
        remaining = remaining.filter((slice) => !lost.has(slice));
        this.#queue = this.#queue.filter((slice) => !lost.has(slice));
        metrics.storeRetry();
      }
    }
  }

  /**
   * Runs one store transaction and settles the slices it decided. With `isRetry` an earlier attempt, whose reply
   * was lost, may have written them.
   * @returns the slices that remain to be written.
   */
  async #attempt(slices: readonly Waiting[], isRetry: boolean): Promise<readonly Waiting[]> {
    const { store, metrics } = this.#options;
    const envelopes =
      slices.length === 1 ? (slices[0] as Waiting).envelopes : slices.flatMap((slice) => slice.envelopes);
    const positions = slices.flatMap(({ position }) => (position === undefined ? [] : [position]));
    const startedAt = performance.now();
    const result = await store.apply({ envelopes, positions });
    this.#resume();
    if (result.kind === 'applied') {
      metrics.applied(result, envelopes.length, (performance.now() - startedAt) / 1_000);
      for (const slice of slices) this.#settleStored(slice);
      return [];
    }
    const remaining = slices.filter((slice) => !this.#settleMoved(slice, result.positions, isRetry));
    if (remaining.length === slices.length) {
      const sources = [...result.positions.keys()].join(', ');
      throw new AppError(
        'STORE_REJECTED',
        `${store.name}: refused the batch for positions it does not have: ${sources}`,
      );
    }
    return remaining;
  }

  #settleStored(slice: Waiting): void {
    const now = Date.now();
    for (const { acceptedAt } of slice.envelopes)
      this.#options.metrics.latency(Math.max(0, now - acceptedAt) / 1_000);
    slice.resolve({ kind: 'stored' });
  }

  /** Settles a slice whose position differs from the store's; returns whether it did. */
  #settleMoved(slice: Waiting, moved: ReadonlyMap<string, number | null>, isRetry: boolean): boolean {
    const { position } = slice;
    const stored = position === undefined ? undefined : moved.get(position.source);
    if (position === undefined || stored === undefined) return false;
    if (isRetry && stored === position.next) {
      this.#settleStored(slice);
      return true;
    }
    this.#options.metrics.redelivered(slice.envelopes.length);
    this.#options.logger.warn(
      { source: position.source, expected: position.expected, stored },
      'stored offset differs from the batch',
    );
    slice.resolve({ kind: 'moved', position: stored });
    return true;
  }

  #pause(error: unknown): void {
    const reason = errorMessage(error);
    if (this.#mode.kind !== 'paused') {
      this.#options.metrics.paused(true);
      this.#options.logger.warn({ reason }, 'store is unavailable, lane paused');
    }
    this.#mode = { kind: 'paused', reason };
  }

  #resume(): void {
    if (this.#mode.kind !== 'paused') return;
    this.#mode = { kind: 'writing' };
    this.#options.metrics.paused(false);
    this.#options.logger.info('store is back, lane resumed');
  }
}

function rejectAll(slices: readonly Waiting[], error: unknown): void {
  for (const slice of slices) slice.reject(error);
}

/** Sends the heartbeat of every slice; rejects slices that the consumer has lost and returns them. */
async function rejectLost(slices: readonly Waiting[]): Promise<ReadonlySet<Waiting>> {
  const lost = new Set<Waiting>();
  await Promise.all(
    slices.map(async (slice) => {
      try {
        await slice.keepAlive();
      } catch (error) {
        lost.add(slice);
        slice.reject(error);
      }
    }),
  );
  return lost;
}
