import { crc32 } from 'node:zlib';

/**
 * Number of hashes the identities of `Idempotency-Key`s are spread over. Small hashes are packed: a key costs about 33
 * bytes in a packed one, 95 to 165 as a store key of its own. They stay packed up to 8 million keys.
 */
const KEY_BUCKETS = 2 ** 14;

/**
 * Returns the store key, without prefix, of the hash that remembers the first message under an `Idempotency-Key`. Its
 * fields are keys, with the day of their last use; the field without a name holds the day of its last sweep.
 */
export function bucketOf(key: string): string {
  return `seen:h:${crc32(key) % KEY_BUCKETS}`;
}

/** Bitmap of the messages under a key: all of them in a store of an earlier release, all but the first otherwise. */
export function keyBitmapOf(key: string): string {
  return `seen:k:${key}`;
}

/** Whether this store key, without prefix, is a bucket. */
export function isBucket(suffix: string): boolean {
  return suffix.startsWith('seen:h:');
}
