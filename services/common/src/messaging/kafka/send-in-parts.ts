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
  /** Upper bound of the bytes that an item takes in a record batch ({@link recordBytes}). */
  readonly bytesOf: (item: Item) => number;
  /** Maximum size of a part, in bytes of its items; a larger item is sent alone. */
  readonly maxBytes: number;
  readonly send: (part: readonly Item[]) => Promise<unknown>;
  /** Whether the broker would refuse the same part every time. */
  readonly isRefusal: (error: unknown) => boolean;
  /** Called with the size in bytes of a refused part, before a part of several items is halved. */
  readonly onRefusedBytes?: (bytes: number) => void;
  /** Handles an item that was refused on its own; an error that it throws ends the call. */
  readonly onRefusedItem: (item: Item, error: unknown) => Promise<void> | void;
}

/** Returns an upper bound of a record's size in a batch: body and headers (keys and values) with their framing. */
export function recordBytes(bodyBytes: number, headers: Readonly<Record<string, string>> = {}): number {
  let bytes = bodyBytes + RECORD_OVERHEAD_BYTES;
  for (const [key, value] of Object.entries(headers)) {
    bytes += HEADER_OVERHEAD_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}

/**
 * Sends items in order, in parts of at most `maxBytes`; resolves when every part was confirmed. A refused part is sent
 * again in halves, down to the item that the broker does not accept.
 *
 * @throws the first error that is not a refusal, or what `onRefusedItem` throws; nothing is sent after it.
 */
export async function sendInParts<Item>(items: readonly Item[], options: PartOptions<Item>): Promise<void> {
  // One after the other: drivers do not preserve the order of overlapping sends.
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
