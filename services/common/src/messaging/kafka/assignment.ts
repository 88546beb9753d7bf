import { sourceOf } from './source.ts';

/** A partition a consumer reads at the moment. */
export interface Partition {
  readonly id: number;
  readonly source: string;
  /** What the store has: the offset to be read next, null for nothing yet. */
  expected: number | null;
  /** The offset the next message must have; ahead of `expected` only where the log has a gap. */
  readFrom: number;
  /** Fetches in a row that did not begin at `readFrom`. */
  misses: number;
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
      { id, source: sourceOf(topic, id), expected: null, readFrom: 0, misses: 0 },
    ]),
  );
  return { partitions, positioned: partitions.size === 0 };
}
