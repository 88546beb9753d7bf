import type { LogState } from '../ports.ts';
import { decodeMarks, type LogMark } from './log-mark.ts';
import { sourceOf } from './source.ts';

/** A partition a consumer reads at the moment. */
export interface Partition {
  readonly id: number;
  readonly source: string;
  /** What the store has: the offset to be read next, null for nothing yet. */
  expected: number | null;
  /** What the store has: marks of the records it stored. */
  marks: readonly LogMark[];
  /** Those of them that are true of the log as it is now; the next batch's mark is added to them. */
  trueMarks: readonly LogMark[];
  /** The offset the next message must have; ahead of `expected` only where the log has a gap. */
  readFrom: number;
  /** Fetches in a row that did not begin at `readFrom`. */
  misses: number;
  /** The broker may have come back with another log: compare before anything is handed over. */
  isDoubted: boolean;
}

/** What one join of the group gave; the next join replaces it as a whole. */
export interface Assignment {
  readonly partitions: ReadonlyMap<number, Partition>;
  /** The store was asked where the partitions stand; before that nothing is read. */
  positioned: boolean;
}

/** An assignment of partitions of a topic; one without any has nothing to ask the store for. */
export function createAssignment(topic: string, ids: readonly number[]): Assignment {
  const partitions = new Map(
    ids.map((id): [number, Partition] => [
      id,
      {
        id,
        source: sourceOf(topic, id),
        expected: null,
        marks: [],
        trueMarks: [],
        readFrom: 0,
        misses: 0,
        isDoubted: false,
      },
    ]),
  );
  return { partitions, positioned: partitions.size === 0 };
}

/** Notes what the store has of a partition. */
export function takeStored(partition: Partition, stored: LogState | undefined): void {
  partition.expected = stored?.position ?? null;
  partition.marks = decodeMarks(stored?.marks ?? '');
}

/**
 * Looks whether the store has less than it had confirmed; `stored` must have been asked for with `confirmed` in hand. What
 * it has beyond that, a batch under way may have brought.
 */
export function hasLost(
  confirmed: readonly Pick<Partition, 'source' | 'expected'>[],
  stored: ReadonlyMap<string, LogState>,
): boolean {
  return confirmed.some(({ source, expected }) => isBehind(stored.get(source)?.position ?? null, expected));
}

/** Whether a position is before another one; null, for nothing stored, is before all others. */
export function isBehind(position: number | null, other: number | null): boolean {
  return other !== null && (position ?? -1) < other;
}

/** Notes that a batch is in the store: it stands at `next` and has these marks. */
export function takeProgress(partition: Partition, next: number, marks: string): void {
  partition.expected = next;
  partition.marks = decodeMarks(marks);
  partition.trueMarks = partition.marks;
}
