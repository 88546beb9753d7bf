import type { LogState } from '../ports.ts';
import { decodeMarks, type LogMark } from './log-mark.ts';
import { sourceOf } from './source.ts';

/** A partition that a consumer is reading. */
export interface Partition {
  readonly id: number;
  readonly source: string;
  /** The store's position: the offset to read next, or null if nothing was stored. */
  expected: number | null;
  /** The store's marks of stored records. */
  marks: readonly LogMark[];
  /** Those marks that match the present log; the next batch adds its mark. */
  trueMarks: readonly LogMark[];
  /** The offset that the next message must have; greater than `expected` only if the log has a gap. */
  readFrom: number;
  /** Consecutive fetches that did not begin at `readFrom`. */
  misses: number;
  /** The broker may have returned with another log: compare before handing over a batch. */
  isDoubted: boolean;
}

/** The assignment of one group join; the next join replaces it entirely. */
export interface Assignment {
  readonly partitions: ReadonlyMap<number, Partition>;
  /** Whether the store's positions are known; nothing is read before. */
  positioned: boolean;
}

/** Creates an assignment of a topic's partitions; an empty one needs no answer from the store. */
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

/** Records the store's state of a partition. */
export function takeStored(partition: Partition, stored: LogState | undefined): void {
  partition.expected = stored?.position ?? null;
  partition.marks = decodeMarks(stored?.marks ?? '');
}

/**
 * Checks whether the store has less than it had confirmed; read `confirmed` before asking for `stored`. A batch in progress may
 * have stored more meanwhile.
 */
export function hasLost(
  confirmed: readonly Pick<Partition, 'source' | 'expected'>[],
  stored: ReadonlyMap<string, LogState>,
): boolean {
  return confirmed.some(({ source, expected }) => isBehind(stored.get(source)?.position ?? null, expected));
}

/** Whether a position is before another one; null (nothing stored) is before all others. */
export function isBehind(position: number | null, other: number | null): boolean {
  return other !== null && (position ?? -1) < other;
}

/** Records that a batch is stored: the position is `next`, with these marks. */
export function takeProgress(partition: Partition, next: number, marks: string): void {
  partition.expected = next;
  partition.marks = decodeMarks(marks);
  partition.trueMarks = partition.marks;
}
