import { type CountryCounts, findFaults } from './find-faults.ts';
import { newIdentities } from './new-identities.ts';

/** Messages by ISO 3166-1 alpha-2 code; a country that is not named has none. */
export type PerCountry = Readonly<Record<string, number>>;

/** What a lane's store has counted, ever. */
export interface LaneTotals {
  readonly total: number;
  readonly byCountry: PerCountry;
  /** Distinct identities the store remembers; null when they were not counted. */
  readonly identities: number | null;
  /** When this was read, ms since the epoch; absent: the caller vouches that no identity has expired since. */
  readonly readAt?: number | undefined;
  /** Changes whenever an identity may have expired; null when the store does not say. */
  readonly expiryMark?: string | null | undefined;
}

/** What {@link compareAccount} compares. */
export interface AccountInput {
  /** Messages answered 202. */
  readonly accepted: PerCountry;
  /** Messages without a last word: none or all of them may be in a store. */
  readonly unknown: PerCountry;
  readonly lanes: readonly {
    readonly lane: string;
    readonly before: LaneTotals;
    readonly after: LaneTotals;
  }[];
}

/**
 * What can be found out about a message: `lost`, `doubled` (counted twice under one identity), counted under a
 * `wrong-country`, `refused` and stored all the same, of an `other` sender (which is no fault), or in the store's
 * `total` and in no country, or the reverse.
 */
export type FindingKind = 'lost' | 'doubled' | 'wrong-country' | 'refused' | 'other' | 'total';

/** What was found in a lane. */
export interface Finding {
  readonly lane: string;
  /** Where it shows; null where no single country shows it. */
  readonly country: string | null;
  readonly kind: FindingKind;
  readonly count: number;
  /** For `wrong-country`: where the messages were counted instead. */
  readonly countedAs?: string;
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
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  readonly other: number;
  readonly wrongCountry: number;
  /** New identities in the store; null when they cannot be compared (not counted, or some have expired). */
  readonly identities: number | null;
}

/** Accepted against stored. */
export interface Account {
  readonly rows: readonly AccountRow[];
  readonly lanes: readonly LaneAccount[];
  readonly findings: readonly Finding[];
  /**
   * True when something was accepted, at least one lane was compared, and every lane has what was accepted, each
   * message once and under its country. Messages of another sender do not change it.
   */
  readonly exact: boolean;
}

/**
 * Compares what was accepted with what each lane's store has counted since `before`.
 *
 * A country is right when stored lies between accepted and accepted + unknown. Counts alone cannot see a loss and a
 * double that cancel each other, so the identities are compared too: fewer than accepted means that messages are
 * lost, fewer than stored that messages were counted twice, more than were sent that another sender posted too.
 * Messages counted under a wrong country leave total and identities as they should be, one country short and another
 * one over.
 *
 * Identities expire. Where some may have expired between the readings, they are left out of the comparison.
 */
export function compareAccount(input: AccountInput): Account {
  return assembleAccount(
    input.lanes.map(({ lane, before, after }) => {
      const countries = countriesOf(input, before, after);
      const identities = newIdentities(before, after);
      const totalDelta = after.total - before.total;
      return {
        lane,
        countries,
        identities,
        findings: findFaults({ lane, countries, identities, totalDelta }),
      };
    }),
  );
}

/** A lane and what was found in it. */
export interface JudgedLane {
  readonly lane: string;
  readonly countries: readonly CountryCounts[];
  readonly identities: number | null;
  readonly findings: readonly Finding[];
}

/** Adds findings up to an account. */
export function assembleAccount(judged: readonly JudgedLane[]): Account {
  const findings = judged.flatMap((lane) => lane.findings);
  const found = (lane: string, kind: FindingKind, country?: string): number =>
    sum(
      findings
        .filter((finding) => finding.lane === lane && finding.kind === kind)
        .filter((finding) => country === undefined || finding.country === country)
        .map(({ count }) => count),
    );
  const rows = judged.flatMap(({ lane, countries }) =>
    countries.map(
      (counts): AccountRow => ({
        lane,
        ...counts,
        lost: found(lane, 'lost', counts.country),
        doubled: found(lane, 'doubled', counts.country),
        other: found(lane, 'other', counts.country),
      }),
    ),
  );
  const lanes = judged.map(
    ({ lane, countries, identities }): LaneAccount => ({
      lane,
      accepted: sum(countries.map(({ accepted }) => accepted)),
      unknown: sum(countries.map(({ unknown }) => unknown)),
      stored: sum(countries.map(({ stored }) => stored)),
      lost: found(lane, 'lost'),
      doubled: found(lane, 'doubled'),
      other: found(lane, 'other'),
      wrongCountry: found(lane, 'wrong-country'),
      identities,
    }),
  );
  return {
    rows,
    lanes,
    findings,
    exact:
      lanes.length > 0 &&
      lanes.every(({ accepted }) => accepted > 0) &&
      findings.every(({ kind }) => kind === 'other'),
  };
}

function countriesOf(
  { accepted, unknown }: AccountInput,
  before: LaneTotals,
  after: LaneTotals,
): CountryCounts[] {
  const codes = new Set([accepted, unknown, before.byCountry, after.byCountry].flatMap(Object.keys));
  return [...codes].sort().flatMap((country) => {
    const counts = {
      country,
      accepted: countOf(accepted, country),
      unknown: countOf(unknown, country),
      stored: countOf(after.byCountry, country) - countOf(before.byCountry, country),
    };
    return counts.accepted === 0 && counts.unknown === 0 && counts.stored === 0 ? [] : [counts];
  });
}

function countOf(counts: PerCountry, country: string): number {
  return Object.hasOwn(counts, country) ? (counts[country] ?? 0) : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
