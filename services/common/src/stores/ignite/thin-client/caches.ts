import type { Requester } from './connection.ts';
import type { PayloadReader, Value } from './payload-reader.ts';
import type { PayloadWriter, WritableValue } from './payload-writer.ts';

/** Operations; "Binary client protocol", sections "Key-value queries" and "SQL and scan queries". */
const OPERATION = {
  resourceClose: 0,
  get: 1_000,
  put: 1_001,
  getAll: 1_003,
  putAll: 1_004,
  replaceIfEquals: 1_010,
  size: 1_020,
  scan: 2_000,
  scanNextPage: 2_001,
} as const;

const FLAG_TRANSACTION = 2;
/** Peek mode: entries on the node that owns them, so that backups do not count. */
const PRIMARY = 2;
const ALL_PARTITIONS = -1;
/** Smallest entry: two values of one byte. */
const ENTRY_BYTES = 2;

/** Entries of a cache, each key once. */
export type Entries = readonly (readonly [key: string, value: WritableValue])[];

/** A cache, in a transaction if one was given: then it belongs to that transaction's connection. */
export class Cache {
  readonly #requester: Requester;
  readonly #id: number;
  readonly #transaction: number | undefined;

  constructor(requester: Requester, name: string, transaction?: number) {
    this.#requester = requester;
    this.#id = cacheId(name);
    this.#transaction = transaction;
  }

  get(key: string): Promise<Value> {
    return this.#request(
      OPERATION.get,
      (payload) => payload.value(key),
      (answer) => answer.value(),
    );
  }

  put(key: string, value: WritableValue): Promise<void> {
    return this.#request(
      OPERATION.put,
      (payload) => {
        payload.value(key);
        payload.value(value);
      },
      () => undefined,
    );
  }

  /**
   * Returns those entries that exist. In a pessimistic transaction with repeatable read it locks all the keys, also those that
   * do not, in the order given: sort them, or two transactions may wait for each other.
   */
  getAll(keys: readonly string[]): Promise<Map<string, Value>> {
    return this.#request(
      OPERATION.getAll,
      (payload) => {
        payload.int(keys.length);
        for (const key of keys) payload.value(key);
      },
      (answer) => new Map(readEntries(answer)),
    );
  }

  /** Stores entries, and locks them in the order given, like {@link Cache.getAll}. */
  putAll(entries: Entries): Promise<void> {
    return this.#request(
      OPERATION.putAll,
      (payload) => {
        payload.int(entries.length);
        for (const [key, value] of entries) {
          payload.value(key);
          payload.value(value);
        }
      },
      () => undefined,
    );
  }

  /** Replaces a value if it is what the caller expects; false if it is not. */
  replaceIfEquals(key: string, expected: WritableValue, value: WritableValue): Promise<boolean> {
    return this.#request(
      OPERATION.replaceIfEquals,
      (payload) => {
        payload.value(key);
        payload.value(expected);
        payload.value(value);
      },
      (answer) => answer.boolean(),
    );
  }

  /** Number of entries, without backups. */
  size(): Promise<number> {
    return this.#request(
      OPERATION.size,
      (payload) => {
        payload.int(1);
        payload.byte(PRIMARY);
      },
      (answer) => Number(answer.long()),
    );
  }

  /** Reads all entries, a page at a time and without a transaction: what is written meanwhile may be among them or not. */
  async *scan(pageEntries: number): AsyncGenerator<[key: string, value: Value]> {
    const first = await this.#request(
      OPERATION.scan,
      (payload) => {
        // No filter.
        payload.value(null);
        payload.int(pageEntries);
        payload.int(ALL_PARTITIONS);
        payload.boolean(false);
      },
      (answer) => ({ cursor: answer.long(), ...readPage(answer) }),
    );
    let page: Page = first;
    try {
      for (;;) {
        yield* page.entries;
        if (!page.hasMore) return;
        page = await this.#requester.request(
          OPERATION.scanNextPage,
          (payload) => payload.long(first.cursor),
          readPage,
        );
      }
    } finally {
      // The server has closed it with the last page. A reader that leaves earlier must not leave it open.
      if (page.hasMore)
        await this.#requester.request(
          OPERATION.resourceClose,
          (payload) => payload.long(first.cursor),
          () => undefined,
        );
    }
  }

  #request<T>(
    operation: number,
    write: (payload: PayloadWriter) => void,
    read: (answer: PayloadReader) => T,
  ): Promise<T> {
    return this.#requester.request(
      operation,
      (payload) => {
        payload.int(this.#id);
        if (this.#transaction === undefined) payload.byte(0);
        else {
          payload.byte(FLAG_TRANSACTION);
          payload.int(this.#transaction);
        }
        write(payload);
      },
      read,
    );
  }
}

/** A cache's number: Java's `String.hashCode` of its name; "Binary client protocol", section "Cache ID". */
export function cacheId(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1)
    hash = (Math.imul(31, hash) + name.charCodeAt(index)) | 0;
  return hash;
}

interface Page {
  readonly entries: readonly [string, Value][];
  readonly hasMore: boolean;
}

function readPage(answer: PayloadReader): Page {
  const entries = readEntries(answer);
  return { entries, hasMore: answer.boolean() };
}

function readEntries(answer: PayloadReader): [string, Value][] {
  const count = answer.count(ENTRY_BYTES);
  return Array.from({ length: count }, () => [answer.string(), answer.value()]);
}
