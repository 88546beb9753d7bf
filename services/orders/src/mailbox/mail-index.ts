import type { Envelope } from './mail-line.ts';

/** Where a mail is in the file, and its envelope. */
export interface IndexEntry extends Envelope {
  /** Number of its line, from 1. */
  readonly n: number;
  readonly offset: number;
  /** Length of its line, bytes. */
  readonly length: number;
}

/** What to list. */
export interface ListQuery {
  /** Only mails after this number, in order of arrival; without it the newest come first. */
  readonly after?: number | undefined;
  /** Only mails before this number, the newest first. */
  readonly before?: number | undefined;
  /** Only mails to this address. */
  readonly to?: string | undefined;
  readonly limit: number;
}

/** Most mails that are kept in the index: about 50 MB. Older ones stay in the file. */
const MAX_ENTRIES = 200_000;

/** The newest mails of the file, in memory, without their text. */
export class MailIndex {
  readonly #maxEntries: number;
  /** Compacted now and then: its first entries may be no longer in the index. */
  #entries: IndexEntry[] = [];
  #dropped = 0;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
  }

  /** Number of the newest mail; 0 if there is none. */
  get last(): number {
    return this.#dropped + this.#entries.length;
  }

  /** Adds the mail of the next line. */
  add(entry: Omit<IndexEntry, 'n'>): IndexEntry {
    const numbered = { ...entry, n: this.last + 1 };
    this.#entries.push(numbered);
    // In steps: taking away the first of many entries moves all others.
    if (this.#entries.length > this.#maxEntries * 1.1) {
      const surplus = this.#entries.length - this.#maxEntries;
      this.#entries = this.#entries.slice(surplus);
      this.#dropped += surplus;
    }
    return numbered;
  }

  /** The mail of that number; undefined if there is none, or it is not in the index any more. */
  get(n: number): IndexEntry | undefined {
    return this.#entries[n - this.#dropped - 1];
  }

  list({ after, before, to, limit }: ListQuery): readonly IndexEntry[] {
    const wanted = to?.toLowerCase();
    const isWanted = (entry: IndexEntry) =>
      wanted === undefined || entry.to.some((address) => address.toLowerCase() === wanted);
    const found: IndexEntry[] = [];
    const isForward = after !== undefined;
    const first = isForward
      ? Math.max(after + 1, this.#dropped + 1)
      : Math.min(this.last, (before ?? Number.POSITIVE_INFINITY) - 1);
    for (let n = first; found.length < limit; n += isForward ? 1 : -1) {
      const entry = this.get(n);
      if (entry === undefined) break;
      if (isWanted(entry)) found.push(entry);
    }
    return found;
  }
}
