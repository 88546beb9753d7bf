import type { RecordsBatch } from '@platformatic/kafka';

/** Bits of a record batch's attributes. */
const IS_TRANSACTIONAL = 0b010_000;
const IS_CONTROL = 0b100_000;
/** Type of a control record that ends a transaction in vain, in the second half of its key. */
const ABORT = 0;

/** Messages in a row, with their offsets, and the offset to be read after them. */
export interface Run {
  readonly values: (Buffer | null)[];
  readonly offsets: number[];
  readonly next: number;
}

/** A transaction that was aborted, as the broker lists it: its producer and where it began. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * The committed messages of fetched record batches from an offset on (a batch may begin before what was asked for).
 * The client filters aborted transactions too, but of several by one producer only the last.
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
