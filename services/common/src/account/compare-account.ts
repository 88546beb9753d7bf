import { type CountryCounts, findFaults } from './find-faults.ts';
import { newIdentities } from './new-identities.ts';

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

/** Input of {@link compareAccount}. */
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

/**
 * Compares accepted messages with the growth of each lane's store since `before`.
 *
 * A country is right when stored lies between accepted and accepted + unknown. Counts alone cannot see a loss and a
 * double that cancel each other, so the identities are compared too: fewer than accepted means that messages are
 * lost, fewer than stored that messages were counted twice, more than were sent that another sender posted too.
 * Messages counted under a wrong country leave total and identities correct, one country short and another
 * one over.
 *
 * Identities expire. If some may have expired between the readings, the comparison ignores identities.
 */
export function compareAccount(input: AccountInput): Account {
  return assembleAccount(
    input.lanes.map(({ lane, before, after, countries: taken }) => {
      const countries = countriesOf(
        { accepted: restrictTo(taken, input.accepted), unknown: restrictTo(taken, input.unknown) },
        before,
        after,
      );
      const identities = newIdentities(before, after);
      const totalDelta = after.total - before.total;
      return {
        lane,
        countries,
        identities,
        findings: findFaults({ lane, countries, identities, totalDelta, taken }),
      };
    }),
  );
}

/** Builds a lane's account from its findings. */
export interface JudgedLane {
  readonly lane: string;
  readonly countries: readonly CountryCounts[];
  readonly identities: number | null;
  readonly findings: readonly Finding[];
}

/** Builds the account from all lanes. */
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
    exact: lanes.some(({ accepted }) => accepted > 0) && findings.every(({ kind }) => kind === 'other'),
  };
}

function countriesOf(
  { accepted, unknown }: Pick<AccountInput, 'accepted' | 'unknown'>,
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

/** What a lane takes of the messages. */
function restrictTo(taken: readonly string[] | undefined, counts: PerCountry): PerCountry {
  if (taken === undefined) return counts;
  return Object.fromEntries(Object.entries(counts).filter(([country]) => taken.includes(country)));
}

function countOf(counts: PerCountry, country: string): number {
  return Object.hasOwn(counts, country) ? (counts[country] ?? 0) : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
