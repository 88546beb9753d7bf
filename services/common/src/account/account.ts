/** Messages by ISO 3166-1 alpha-2 code; a country that is not named has none. */
export type PerCountry = Readonly<Record<string, number>>;

/** Totals of a lane's store since its creation. */
export interface LaneTotals {
  readonly total: number;
  readonly byCountry: PerCountry;
  /** Distinct identities in the store; null if not counted. */
  readonly identities: number | null;
  /** Messages by class of weather; absent if not read. Compared only by `verify --deep`. */
  readonly byWeather?: Readonly<Record<string, number>> | undefined;
  /** Time of the reading, ms since the epoch; if absent, no identity may have expired since. */
  readonly readAt?: number | undefined;
  /** Changes whenever an identity may have expired; null if the store does not report it. */
  readonly expiryMark?: string | null | undefined;
}

/** What is compared. */
export interface AccountInput {
  /** Messages accepted with 202. */
  readonly accepted: PerCountry;
  /** Messages of unknown outcome: any number of them may be in a store. */
  readonly unknown: PerCountry;
  readonly lanes: readonly {
    readonly lane: string;
    readonly before: LaneTotals;
    readonly after: LaneTotals;
    /** The only countries whose messages the lane takes; undefined: all. */
    readonly countries?: readonly string[] | undefined;
  }[];
}

/**
 * Kinds of findings: `lost`, `doubled` (counted twice under one identity), counted under a `wrong-country` or
 * a `wrong-weather`, `refused` but stored, stored in a country `not-taken` by the lane, from an `other` sender (not a fault),
 * or in the store's `total` but in no country, or the reverse.
 */
export type FindingKind =
  | 'lost'
  | 'doubled'
  | 'wrong-country'
  | 'wrong-weather'
  | 'refused'
  | 'not-taken'
  | 'other'
  | 'total';

/** A finding in a lane. */
export interface Finding {
  readonly lane: string;
  /** Country of the finding; null if it cannot be attributed to one. */
  readonly country: string | null;
  readonly kind: FindingKind;
  readonly count: number;
  /** For `wrong-country`: country under which the messages were counted. */
  readonly countedAs?: string;
}

/** Messages of a country, sent and stored. */
export interface CountryCounts {
  readonly country: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: number;
}

/** One lane and country. `lost`, `doubled` and `other` are the findings in this country. */
export interface AccountRow extends CountryCounts {
  readonly lane: string;
  readonly lost: number;
  readonly doubled: number;
  readonly other: number;
}

/** One lane over all countries; its figures are those of its findings. */
export interface LaneAccount {
  readonly lane: string;
  /** Accepted messages of the countries that the lane takes. */
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  readonly other: number;
  readonly wrongCountry: number;
  /** New identities in the store; null if they cannot be compared (not counted, or some have expired). */
  readonly identities: number | null;
}

/** Comparison of accepted and stored messages. */
export interface Account {
  readonly rows: readonly AccountRow[];
  readonly lanes: readonly LaneAccount[];
  readonly findings: readonly Finding[];
  /**
   * True when something was accepted for at least one lane, and every lane has what was accepted and it takes, each
   * message once and under its country. Messages of another sender do not change it.
   */
  readonly exact: boolean;
}
