import type {
  Account,
  AccountInput,
  AccountRow,
  CountryCounts,
  Finding,
  FindingKind,
  LaneAccount,
  LaneTotals,
  PerCountry,
} from './account.ts';
import { findFaults } from './find-faults.ts';
import { newIdentities } from './new-identities.ts';

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
