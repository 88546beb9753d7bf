import type { Logger } from '../../logging.ts';
import type { LogEvent } from '../ports.ts';
import type { Partition } from './assignment.ts';
import { type LogBounds, locate, type Placement } from './log-position.ts';

/** Reads a log independently of the consumer: its bounds, and single records. */
export interface LogReader {
  /**
   * Reads the first and next offset of these partitions only: the leader of another one may be down.
   */
  bounds(partitions: readonly number[]): Promise<ReadonlyMap<number, LogBounds>>;
  /** Reads a record's raw value; undefined if the partition has no record at the offset. */
  record(partition: number, offset: number): Promise<Buffer | null | undefined>;
}

/** Positions partitions in the log by the store's state, and reports what it finds. */
export class Placer {
  readonly #logger: Logger;
  readonly #onEvent: (event: LogEvent) => void;
  /** Offset up to which deleted messages were reported, by source, so that each is reported once. */
  readonly #reported = new Map<string, number>();

  constructor(logger: Logger, onEvent: (event: LogEvent) => void) {
    this.#logger = logger;
    this.#onEvent = onEvent;
  }

  /** Sets `readFrom` and the matching marks of each partition. Changes nothing if the log cannot be read. */
  async place(partitions: readonly Partition[], log: LogReader): Promise<void> {
    const bounds = await log.bounds(partitions.map(({ id }) => id));
    const placements = await Promise.all(
      partitions.map(async (partition) => ({
        partition,
        placement: await locate(
          partition,
          bounds.get(partition.id) ?? { low: 0, high: Number.MAX_SAFE_INTEGER },
          (offset) => log.record(partition.id, offset),
        ),
      })),
    );
    for (const { partition, placement } of placements) {
      this.#report(partition, placement);
      partition.readFrom = placement.readFrom;
      partition.trueMarks = placement.marks;
      partition.isDoubted = false;
    }
  }

  #report({ source, expected, marks }: Partition, { identity, readFrom, deleted }: Placement): void {
    const fields = { source, expected, readFrom };
    if (identity === 'cut') {
      this.#logger.error(fields, 'the log has lost its end: reading again from the last record it still has');
      this.#onEvent({ kind: 'restarted', source });
    } else if (identity === 'replaced') {
      this.#logger.error(fields, 'this is not the log that was stored: reading it from its start');
      this.#onEvent({ kind: 'restarted', source });
    } else if (identity === 'unknown' && marks.length > 0) {
      this.#logger.info(
        fields,
        'retention has deleted the last stored record: cannot tell whether the log is the same',
      );
    }
    if (deleted === 0) return;
    this.#logger.error({ ...fields, deleted }, 'retention deleted messages before they were stored');
    const unreported = readFrom - Math.max(readFrom - deleted, this.#reported.get(source) ?? 0);
    this.#reported.set(source, readFrom);
    if (unreported > 0) this.#onEvent({ kind: 'deleted', source, messages: unreported });
  }
}
