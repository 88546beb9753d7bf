import type { RecordsBatch } from '@platformatic/kafka';

/** In a record batch's attributes: it holds a transaction's marks, not messages. */
const IS_CONTROL = 0b100_000;

/** Messages in a row, with their offsets, and the offset to be read after them. */
export interface Run {
  readonly values: (Buffer | null)[];
  readonly offsets: number[];
  readonly next: number;
}

/** The messages of fetched record batches from an offset on: a batch may begin before what was asked for. */
export function recordsFrom(from: number, batches: readonly RecordsBatch[]): Run {
  const values: (Buffer | null)[] = [];
  const offsets: number[] = [];
  let next = from;
  for (const batch of batches) {
    const firstOffset = Number(batch.firstOffset);
    next = Math.max(next, firstOffset + batch.lastOffsetDelta + 1);
    if (batch.attributes & IS_CONTROL) continue;
    for (const record of batch.records) {
      const offset = firstOffset + record.offsetDelta;
      if (offset < from) continue;
      values.push(record.value);
      offsets.push(offset);
    }
  }
  return { values, offsets, next };
}
