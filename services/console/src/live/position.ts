import { createHash } from 'node:crypto';

/** Offset to read next by partition; the index is the partition. */
export type Offsets = readonly number[];

/** A place in a log. */
export interface Position {
  /** Mark of the log it is a place in, as of {@link markOfLog}. */
  readonly log: string;
  readonly offsets: Offsets;
}

const MARK_BYTES = 3;
const MARK_CHARACTERS = 4;
/** Longest text that is looked at: some thousand partitions. */
const MAX_CHARACTERS = 8_192;

/** A short mark by which a position says of which log it is: a topic that is deleted and created again is another one. */
export function markOfLog(id: string): string {
  return createHash('sha256').update(id).digest().subarray(0, MARK_BYTES).toString('base64url');
}

/** Writes a position as the id of an event: the log's mark, then the offsets as variable-length integers, in base64url. */
export function encodePosition({ log, offsets }: Position): string {
  const bytes: number[] = [];
  for (const offset of offsets) {
    let rest = offset;
    while (rest >= 128) {
      bytes.push((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return log + Buffer.from(bytes).toString('base64url');
}

/** Reads what {@link encodePosition} wrote; undefined for anything else. */
export function decodePosition(text: string): Position | undefined {
  if (text.length > MAX_CHARACTERS || !/^[A-Za-z0-9_-]{4,}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(MARK_CHARACTERS), 'base64url');
  const offsets: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte % 128) * factor;
    if (!Number.isSafeInteger(value)) return undefined;
    factor *= 128;
    if (byte >= 128) continue;
    offsets.push(value);
    value = 0;
    factor = 1;
  }
  const position = { log: text.slice(0, MARK_CHARACTERS), offsets };
  return encodePosition(position) === text ? position : undefined;
}

/** Whether everything before `inner` is also before `outer`. */
export function contains(outer: Offsets, inner: Offsets): boolean {
  return inner.every((offset, partition) => (outer[partition] ?? 0) >= offset);
}

/** The later offset of each partition. */
export function later(a: Offsets, b: Offsets): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, partition) =>
    Math.max(a[partition] ?? 0, b[partition] ?? 0),
  );
}

/** How many offsets lie from one position to another. */
export function distance(from: Offsets, to: Offsets): number {
  return to.reduce((sum, offset, partition) => sum + Math.max(0, offset - (from[partition] ?? 0)), 0);
}
