/** A message as a store keeps it in a row, read without the services' code. */
export interface StoredRow {
  /** `p:` and the producer of its identity, or `k:` and its key. */
  readonly scope: string;
  readonly sequence: number;
  readonly country: string;
  /** As it was posted, or its class where the user may not read texts. */
  readonly weather: string;
  /** Null where the user may not read texts. */
  readonly description: string | null;
  /** When ingest accepted it, ms since the epoch. */
  readonly acceptedAt: number;
}

/** What a store says beside its rows. */
export interface RowCounts {
  readonly byCountry: Readonly<Record<string, number>>;
  readonly byWeather: Readonly<Record<string, number>>;
  /** Rows that the store has removed because they were old; their counts stay. Null where it does not say how many. */
  readonly expired: number | null;
}

/** Access to one lane of a store that keeps rows, independent of the services' code. */
export interface RawRows {
  /** How the rows are read: `SQL`. */
  readonly means: string;
  /** Every row, in any order. */
  rows(): AsyncIterable<StoredRow>;
  counts(): Promise<RowCounts>;
  /** The offset to read next, by `topic:partition`. */
  positions(): Promise<ReadonlyMap<string, number>>;
  insert(row: StoredRow): Promise<void>;
  /** Removes one row. @throws Error if there is none of this identity */
  remove(row: Pick<StoredRow, 'scope' | 'sequence'>): Promise<void>;
  /** Changes the counts of a country, and of a class of weather, without a row. */
  addToCounts(country: string, weather: string, n: number): Promise<void>;
  setPosition(source: string, next: number): Promise<void>;
  /** Removes all rows, counts and positions, as a store that lost its data. */
  clear(): Promise<void>;
  /** Removes everything that the lane has in the store, with its tables or caches. */
  drop(): Promise<void>;
}

/** A row's identity in one text. */
export function identityText({ scope, sequence }: Pick<StoredRow, 'scope' | 'sequence'>): string {
  return `${scope}:${sequence}`;
}
