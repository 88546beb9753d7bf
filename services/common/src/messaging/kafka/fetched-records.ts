import type { RecordsBatch } from '@platformatic/kafka';

/** Bits of a record batch's `attributes`. */
const IS_TRANSACTIONAL = 0b010_000;
const IS_CONTROL = 0b100_000;
/** Type of the control record that aborts a transaction, in the second half of its key. */
const ABORT = 0;

/** Consecutive messages with their offsets, and the offset to read after them. */
export interface Run {
  readonly values: (Buffer | null)[];
  readonly offsets: number[];
  readonly next: number;
}

/** An aborted transaction as the broker lists it: its producer and first offset. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * Extracts the committed messages from fetched record batches, beginning at an offset (a batch may begin before it).
 * The client filters aborted transactions too, but only the last of several by one producer.
 */
export function recordsFrom(
  from: number,
  batches: readonly RecordsBatch[],
  aborted: readonly AbortedTransaction[],
): Run {
  const values: (Buffer | null)[] = [];
  const offsets: number[] = [];
  let next = from;
  const waiting = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const abortedProducers = new Set<bigint>();
  for (const batch of batches) {
    const firstOffset = Number(batch.firstOffset);
    next = Math.max(next, firstOffset + batch.lastOffsetDelta + 1);
    for (let begun = waiting[0]; begun && begun.firstOffset <= batch.firstOffset; begun = waiting[0]) {
      abortedProducers.add(begun.producerId);
      waiting.shift();
    }
    if (batch.attributes & IS_CONTROL) {
      if (batch.records[0]?.key?.readInt16BE(2) === ABORT) abortedProducers.delete(batch.producerId);
      continue;
    }
    if (batch.attributes & IS_TRANSACTIONAL && abortedProducers.has(batch.producerId)) continue;
    for (const record of batch.records) {
      const offset = firstOffset + record.offsetDelta;
      if (offset < from) continue;
      values.push(record.value);
      offsets.push(offset);
    }
  }
  return { values, offsets, next };
}
