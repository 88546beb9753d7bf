import type { CountryCode } from '../message/country.ts';
import type { Envelope } from '../message/envelope.ts';
import { weatherClass } from '../message/weather.ts';
import { bucketOf, keyBitmapOf } from './key-buckets.ts';

/** Identities of one producer that share a bitmap in the store: 32 KiB of bits. */
export const CHUNK_BITS = 2 ** 18;

/** Retention of a producer's bitmap after its last use: longer than a broker may still deliver copies. */
export const PRODUCER_TTL_SECONDS = 14 * 86_400;

/** Zero bytes in a row at which a run of identities is cut in two. */
const SEGMENT_GAP_BYTES = 8;

/** One identity bitmap a batch touches. */
export interface Bitmap {
  /** Key in the store, without prefix. */
  readonly key: string;
  readonly ttlSeconds: number;
  /** Bytes to allocate when it is created; 0 for a key's small bitmap. */
  readonly allocateBytes: number;
  /** Index in `envelopes` by bit. */
  readonly members: Map<number, number>;
}

/** A run of identities expected to be new: bytes of a bitmap. */
export interface Segment {
  readonly bitmap: number;
  readonly firstByte: number;
  readonly mask: Buffer;
}

/** An identity on its own. */
export interface Single {
  readonly bitmap: number;
  readonly bit: number;
  readonly envelope: Envelope;
}

/** The first message under an `Idempotency-Key`. */
export interface KeyedFirst {
  readonly bucket: number;
  /** Bitmap in which an earlier release would have recorded it; undefined if the store has none of those. */
  readonly formerBitmap: number | undefined;
  readonly envelope: Envelope;
}

/** How a batch is planned. */
export interface PlanOptions {
  /** Plans every identity on its own, for a batch in which some are known already. */
  readonly oneByOne: boolean;
  /** Retention of the bitmaps of `Idempotency-Key`s after their last use. */
  readonly keyTtlSeconds: number;
  /** Includes the bitmaps in which an earlier release recorded the first message under a key. */
  readonly withFormerBitmaps: boolean;
}

/** A batch as the store's script takes it. */
export interface BatchPlan {
  readonly bitmaps: readonly Bitmap[];
  /** Store keys of the buckets, without prefix. */
  readonly buckets: readonly string[];
  readonly keyedFirsts: readonly KeyedFirst[];
  readonly segments: readonly Segment[];
  readonly singles: readonly Single[];
  /** Counts of what the segments hold. */
  readonly byCountry: ReadonlyMap<CountryCode, number>;
  readonly byWeather: ReadonlyMap<string, number>;
  /** Messages the segments hold. */
  readonly segmentMessages: number;
  /** Messages whose identity stands in the batch twice: known without asking the store. */
  readonly repeatedInBatch: number;
}

/**
 * Turns a batch into bitmaps and runs of bits, so that the store's work grows with distinct countries and bytes
 * instead of messages. The first message under an `Idempotency-Key`, usually the only one, goes into a bucket.
 */
export function planBatch(
  envelopes: readonly Envelope[],
  { oneByOne, keyTtlSeconds, withFormerBitmaps }: PlanOptions,
): BatchPlan {
  const bitmaps: Bitmap[] = [];
  const numbers = new Map<string, number>();
  const buckets = new Map<string, number>();
  const keyedFirsts = new Map<string, KeyedFirst>();
  let repeatedInBatch = 0;
  let lastScope = '';
  let lastChunk = -1;
  let last: Bitmap | undefined;
  for (let index = 0; index < envelopes.length; index += 1) {
    const envelope = envelopes[index] as Envelope;
    if (envelope.key !== undefined && envelope.sequence === 0) {
      if (keyedFirsts.has(envelope.key)) repeatedInBatch += 1;
      else
        keyedFirsts.set(envelope.key, {
          bucket: numberOf(bucketOf(envelope.key), buckets),
          formerBitmap: withFormerBitmaps
            ? numberOfBitmap(envelope, 0, keyTtlSeconds, bitmaps, numbers)
            : undefined,
          envelope,
        });
      continue;
    }
    const chunk = envelope.producer === undefined ? 0 : Math.floor(envelope.sequence / CHUNK_BITS);
    const scope = (envelope.producer ?? envelope.key) as string;
    if (
      last === undefined ||
      scope !== lastScope ||
      chunk !== lastChunk ||
      isKeyed(last) === (envelope.key === undefined)
    ) {
      last = bitmaps[numberOfBitmap(envelope, chunk, keyTtlSeconds, bitmaps, numbers)] as Bitmap;
      lastScope = scope;
      lastChunk = chunk;
    }
    const bit = envelope.sequence - chunk * CHUNK_BITS;
    if (last.members.has(bit)) repeatedInBatch += 1;
    else last.members.set(bit, index);
  }

  const segments: Segment[] = [];
  const singles: Single[] = [];
  const byCountry = new Map<CountryCode, number>();
  const byWeather = new Map<string, number>();
  let segmentMessages = 0;
  bitmaps.forEach((bitmap, number) => {
    for (const run of oneByOne ? [...bitmap.members.keys()].map((bit) => [bit]) : runsOf(bitmap.members)) {
      if (run.length === 1) {
        const bit = run[0] as number;
        singles.push({
          bitmap: number,
          bit,
          envelope: envelopes[bitmap.members.get(bit) as number] as Envelope,
        });
        continue;
      }
      segments.push(segmentOf(number, run));
      segmentMessages += run.length;
      for (const bit of run) {
        const envelope = envelopes[bitmap.members.get(bit) as number] as Envelope;
        byCountry.set(envelope.country, (byCountry.get(envelope.country) ?? 0) + 1);
        const weather = weatherClass(envelope.weather);
        byWeather.set(weather, (byWeather.get(weather) ?? 0) + 1);
      }
    }
  });
  return {
    bitmaps,
    buckets: [...buckets.keys()],
    keyedFirsts: [...keyedFirsts.values()],
    segments,
    singles,
    byCountry,
    byWeather,
    segmentMessages,
    repeatedInBatch,
  };
}

function isKeyed(bitmap: Bitmap): boolean {
  return bitmap.allocateBytes === 0;
}

/** Returns the number of a name, the next one if it is new. */
function numberOf(name: string, numbers: Map<string, number>): number {
  const number = numbers.get(name) ?? numbers.size;
  numbers.set(name, number);
  return number;
}

function numberOfBitmap(
  envelope: Envelope,
  chunk: number,
  keyTtlSeconds: number,
  bitmaps: Bitmap[],
  numbers: Map<string, number>,
): number {
  const keyed = envelope.key !== undefined;
  const key = keyed ? keyBitmapOf(envelope.key) : `seen:p:${envelope.producer}:${chunk}`;
  const number = numberOf(key, numbers);
  if (number === bitmaps.length)
    bitmaps.push({
      key,
      ttlSeconds: keyed ? keyTtlSeconds : PRODUCER_TTL_SECONDS,
      allocateBytes: keyed ? 0 : CHUNK_BITS / 8,
      members: new Map(),
    });
  return number;
}

/** Cuts the bits of a bitmap, in ascending order, into runs without large gaps. */
function runsOf(members: ReadonlyMap<number, number>): number[][] {
  const bits = [...members.keys()];
  for (let i = 1; i < bits.length; i += 1) {
    if ((bits[i] as number) < (bits[i - 1] as number)) {
      bits.sort((a, b) => a - b);
      break;
    }
  }
  const runs: number[][] = [];
  let run: number[] = [];
  for (const bit of bits) {
    const previous = run.at(-1);
    if (previous !== undefined && (bit >> 3) - (previous >> 3) > SEGMENT_GAP_BYTES) {
      runs.push(run);
      run = [];
    }
    run.push(bit);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Packs a run into bytes, the highest bit first as SETBIT does. */
function segmentOf(bitmap: number, run: readonly number[]): Segment {
  const firstByte = (run[0] as number) >> 3;
  const mask = Buffer.alloc(((run.at(-1) as number) >> 3) - firstByte + 1);
  for (const bit of run)
    mask[(bit >> 3) - firstByte] = (mask[(bit >> 3) - firstByte] as number) | (0x80 >> (bit & 7));
  return { bitmap, firstByte, mask };
}
