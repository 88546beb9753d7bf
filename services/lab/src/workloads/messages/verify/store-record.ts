import { crc32 } from 'node:zlib';

/** Where a store remembers a request. Independent of the services' code, so that an error there shows. */
export interface StoreRecord {
  /** Bitmap of the messages, by position; the first one is there only if an earlier release stored it. */
  readonly bitmap: string;
  /** Hash with the day of the first message's last use. */
  readonly bucket: string;
  /** Field of that hash. */
  readonly field: string;
}

const BUCKETS = 16_384;

/** Returns the keys of a request's record, by its identity, in a store whose keys begin with `keyPrefix`. */
export function storeRecordOf(identity: string, keyPrefix: string): StoreRecord {
  return {
    bitmap: `${keyPrefix}seen:k:${identity}`,
    bucket: `${keyPrefix}seen:h:${crc32(identity) % BUCKETS}`,
    field: identity,
  };
}
