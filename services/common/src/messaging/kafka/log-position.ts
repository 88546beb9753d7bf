import { type LogMark, markOf } from './log-mark.ts';

/** First offset of a partition's log, and the offset after its last record. */
export interface LogBounds {
  readonly low: number;
  readonly high: number;
}

/** The store's state of a partition's log. */
export interface StoredPosition {
  /** The offset to read next; null if nothing was ever stored. */
  readonly expected: number | null;
  /** Marks of stored records, newest first; none if a version without marks stored them. */
  readonly marks: readonly LogMark[];
}

/**
 * Result of comparing a log with the marks.
 *
 * - `same`: the last stored record is in the log
 * - `unknown`: there is no mark to compare with, or retention has deleted the marked records
 * - `cut`: an older marked record is in the log, but newer ones are not: it lost its end and may have grown again
 * - `replaced`: no marked record is in the log although it should be: this is another log
 */
export type LogIdentity = 'same' | 'unknown' | 'cut' | 'replaced';

/** Where to resume a partition. */
export interface Placement {
  readonly identity: LogIdentity;
  readonly readFrom: number;
  /** The marks that match this log. */
  readonly marks: readonly LogMark[];
  /** Messages that retention deleted before they were stored. */
  readonly deleted: number;
}

/** Reads a record's raw value; undefined if the log has no record at the offset. */
export type ReadRecord = (offset: number) => Promise<Buffer | null | undefined>;

/**
 * Decides where to resume a partition, given the store's state. An offset alone does not identify the log it belongs to, so
 * marked records are read again and compared, newest first.
 *
 * - nothing stored: from the log's start
 * - the last stored record is there: from the store's position
 * - only an older one is there: from just after it; identities keep what was counted from being counted again
 * - none is there: from the start, because it is another log
 * - retention has deleted them all: from the store's position, or from the start if that was deleted as well
 */
export async function locate(
  { expected, marks }: StoredPosition,
  bounds: LogBounds,
  readRecord: ReadRecord,
): Promise<Placement> {
  const { low, high } = bounds;
  if (expected === null) return { identity: 'unknown', readFrom: low, marks: [], deleted: 0 };
  let differs = false;
  for (const [index, mark] of marks.entries()) {
    if (mark.offset < low) break;
    if (await isIn(mark, high, readRecord)) {
      const isNewest = index === 0;
      return {
        identity: isNewest ? 'same' : 'cut',
        readFrom: isNewest ? Math.min(expected, high) : mark.offset + 1,
        marks: marks.slice(index),
        deleted: 0,
      };
    }
    differs = true;
  }
  if (differs || expected > high) return { identity: 'replaced', readFrom: low, marks: [], deleted: 0 };
  return {
    identity: 'unknown',
    readFrom: Math.max(expected, low),
    marks,
    deleted: Math.max(0, low - expected),
  };
}

async function isIn(mark: LogMark, high: number, readRecord: ReadRecord): Promise<boolean> {
  if (mark.offset >= high) return false;
  const value = await readRecord(mark.offset);
  return value !== undefined && markOf(mark.offset, value).digest === mark.digest;
}
