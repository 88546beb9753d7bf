/** Maximum size of a record batch: small enough for a consumer's fetch, large enough to be cheap. */
export const MAX_BATCH_BYTES = 262_144;

/** Bytes of a record batch before its first record. */
export const BATCH_OVERHEAD_BYTES = 61;

/** Lengths, deltas and attributes of one record: an upper bound for bodies up to 128 MiB. */
const RECORD_OVERHEAD_BYTES = 24;
/** Lengths of one header's key and value. */
const HEADER_OVERHEAD_BYTES = 6;

/** How {@link sendInParts} sends its items. */
export interface PartOptions<Item> {
  /** Bytes an item takes in a record batch; an upper bound ({@link recordBytes}). */
  readonly bytesOf: (item: Item) => number;
  /** The most one part may hold, in bytes of its items; an item above it goes alone. */
  readonly maxBytes: number;
  readonly send: (part: readonly Item[]) => Promise<unknown>;
  /** Whether an error is an answer of the broker that the same part will always get. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Called with a refused part's bytes, before a part of several is halved. */
  readonly onRefusedBytes?: (bytes: number) => void;
  /** Decides about an item that was refused alone; what it throws ends the call. */
  readonly onRefusedItem: (item: Item, error: unknown) => Promise<void> | void;
}

/** An upper bound of what a record takes in a batch: its body and headers (keys and values), with their framing. */
export function recordBytes(bodyBytes: number, headers: Readonly<Record<string, string>> = {}): number {
  let bytes = bodyBytes + RECORD_OVERHEAD_BYTES;
  for (const [key, value] of Object.entries(headers)) {
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}

/**
 * Sends items in order, in parts of at most `maxBytes`; resolves when every part was confirmed. A refused part is sent
 * again in halves, down to the item that the broker does not take.
 *
 * @throws the first error that is no refusal, or what `onRefusedItem` throws; nothing is sent after it.
 */
export async function sendInParts<Item>(items: readonly Item[], options: PartOptions<Item>): Promise<void> {
  // One after the other: drivers do not keep the order of sends that overlap.
  for (const part of partsOf(items, options)) await sendPart(part, options);
}

async function sendPart<Item>(part: readonly Item[], options: PartOptions<Item>): Promise<void> {
  try {
    await options.send(part);
  } catch (error) {
    if (!options.isRefusal(error)) throw error;
    const [first] = part;
    if (first === undefined) return;
    options.onRefusedBytes?.(bytesOf(part, options));
    if (part.length === 1) {
      await options.onRefusedItem(first, error);
      return;
    }
    const half = Math.ceil(part.length / 2);
    await sendPart(part.slice(0, half), options);
    await sendPart(part.slice(half), options);
  }
}

function partsOf<Item>(items: readonly Item[], options: PartOptions<Item>): (readonly Item[])[] {
  const parts: (readonly Item[])[] = [];
  let from = 0;
  let bytes = 0;
  items.forEach((item, index) => {
    const size = options.bytesOf(item);
    if (index > from && bytes + size > options.maxBytes) {
      parts.push(items.slice(from, index));
      from = index;
      bytes = 0;
    }
    bytes += size;
  });
  if (from === 0) return items.length > 0 ? [items] : [];
  parts.push(items.slice(from));
  return parts;
}

function bytesOf<Item>(part: readonly Item[], options: PartOptions<Item>): number {
  return part.reduce((sum, item) => sum + options.bytesOf(item), 0);
}
