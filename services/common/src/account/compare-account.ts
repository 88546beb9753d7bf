/** Messages by ISO 3166-1 alpha-2 code; a country that is not named has none. */
export type PerCountry = Readonly<Record<string, number>>;

/** What a lane's store has counted, ever. */
export interface LaneTotals {
  readonly total: number;
  readonly byCountry: PerCountry;
  /** Distinct identities the store remembers; null when they were not counted. */
  readonly identities: number | null;
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

/** What can be wrong with a message. */
export type FindingKind = 'lost' | 'doubled' | 'wrong-country';

/** Something that is wrong in a lane. */
export interface Finding {
  readonly lane: string;
  /** Where it shows; null when a loss and a double cancel each other and only the identities tell. */
  readonly country: string | null;
  readonly kind: FindingKind;
  readonly count: number;
  /** For `wrong-country`: where the messages were counted instead. */
  readonly countedAs?: string;
}

/** One lane and country. `lost` is what is missing below accepted, `doubled` what is above accepted + unknown. */
export interface AccountRow {
  readonly lane: string;
  readonly country: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
}

/** One lane over all countries; its figures are those of its findings. */
export interface LaneAccount {
  readonly lane: string;
  readonly accepted: number;
  readonly unknown: number;
  readonly stored: number;
  readonly lost: number;
  readonly doubled: number;
  readonly wrongCountry: number;
  /** New identities in the store; null when they cannot be compared (not counted, or some have expired). */
  readonly identities: number | null;
}

/** Accepted against stored. */
export interface Account {
  readonly rows: readonly AccountRow[];
  readonly lanes: readonly LaneAccount[];
  readonly findings: readonly Finding[];
  /** True when every lane has what was accepted, each message once and under its country. */
  readonly exact: boolean;
}

/**
 * Compares what was accepted with what each lane's store has counted since `before`.
 *
 * A country is right when stored lies between accepted and accepted + unknown. Counts alone cannot see a loss and a
 * double that cancel each other, so the identities are compared too: fewer than accepted means that messages are
 * lost, fewer than stored that messages were counted twice. Messages counted under a wrong country leave total and
 * identities as they should be, one country short and another one over; that is told apart and fails as well.
 *
 * Identities expire. Where `before` no longer has one for each message, they are left out of the comparison.
 */
export function compareAccount(input: AccountInput): Account {
  const rows: AccountRow[] = [];
  const lanes: LaneAccount[] = [];
  const findings: Finding[] = [];
  for (const { lane, before, after } of input.lanes) {
    const laneRows = countryRows(lane, input, before, after);
    const identities = newIdentities(before, after);
    const laneFindings = findFaults(lane, laneRows, identities, after.total - before.total);
    const countOf = (kind: FindingKind): number =>
      sum(laneFindings.filter((finding) => finding.kind === kind).map((finding) => finding.count));
    rows.push(...laneRows);
    findings.push(...laneFindings);
    lanes.push({
      lane,
      accepted: sum(laneRows.map((row) => row.accepted)),
      unknown: sum(laneRows.map((row) => row.unknown)),
      stored: sum(laneRows.map((row) => row.stored)),
      lost: countOf('lost'),
      doubled: countOf('doubled'),
      wrongCountry: countOf('wrong-country'),
      identities,
    });
  }
  return { rows, lanes, findings, exact: findings.length === 0 };
}

function countryRows(
  lane: string,
  { accepted, unknown }: AccountInput,
  before: LaneTotals,
  after: LaneTotals,
): AccountRow[] {
  const codes = new Set([accepted, unknown, before.byCountry, after.byCountry].flatMap(Object.keys));
  return [...codes].sort().flatMap((country) => {
    const row = {
      accepted: countOf(accepted, country),
      unknown: countOf(unknown, country),
      stored: countOf(after.byCountry, country) - countOf(before.byCountry, country),
    };
    if (row.accepted === 0 && row.unknown === 0 && row.stored === 0) return [];
    const lost = Math.max(0, row.accepted - row.stored);
    const doubled = Math.max(0, row.stored - row.accepted - row.unknown);
    return [{ lane, country, ...row, lost, doubled }];
  });
}

function newIdentities(before: LaneTotals, after: LaneTotals): number | null {
  if (before.identities === null || after.identities === null) return null;
  return before.identities === before.total ? after.identities - before.identities : null;
}

function findFaults(
  lane: string,
  rows: readonly AccountRow[],
  identities: number | null,
  totalDelta: number,
): Finding[] {
  const accepted = sum(rows.map((row) => row.accepted));
  const possible = accepted + sum(rows.map((row) => row.unknown));
  const stored = sum(rows.map((row) => row.stored));
  const short = rows.filter((row) => row.lost > 0).map(({ country, lost }) => ({ country, count: lost }));
  const over = rows
    .filter((row) => row.doubled > 0)
    .map(({ country, doubled }) => ({ country, count: doubled }));

  // What must be lost, or counted twice, whatever the countries say. Without identities every shortage may be a loss.
  const distinct = identities ?? stored;
  const certainlyLost =
    identities === null ? total(short) : Math.max(0, accepted - distinct) + Math.max(0, distinct - stored);
  const certainlyDoubled =
    identities === null ? total(over) : Math.max(0, stored - distinct) + Math.max(0, distinct - possible);

  const findings: Finding[] = moveBetween(
    short,
    over,
    total(short) - certainlyLost,
    total(over) - certainlyDoubled,
  ).map((moved) => ({ lane, kind: 'wrong-country', ...moved }));
  const add = (kind: FindingKind, places: readonly Place[], atLeast: number): void => {
    for (const { country, count } of places) if (count > 0) findings.push({ lane, country, kind, count });
    const hidden = atLeast - total(places);
    if (hidden > 0) findings.push({ lane, country: null, kind, count: hidden });
  };
  add('lost', short, Math.max(certainlyLost, stored - totalDelta));
  add('doubled', over, Math.max(certainlyDoubled, totalDelta - stored));
  return findings;
}

interface Place {
  readonly country: string;
  count: number;
}

/** Takes messages that moved from one country to another out of both lists, as many as both limits allow. */
function moveBetween(
  short: readonly Place[],
  over: readonly Place[],
  movableShort: number,
  movableOver: number,
): { country: string; countedAs: string; count: number }[] {
  const moved: { country: string; countedAs: string; count: number }[] = [];
  let left = Math.min(movableShort, movableOver);
  for (const from of short) {
    for (const to of over) {
      const count = Math.min(from.count, to.count, left);
      if (count <= 0) continue;
      moved.push({ country: from.country, countedAs: to.country, count });
      from.count -= count;
      to.count -= count;
      left -= count;
    }
  }
  return moved;
}

function countOf(counts: PerCountry, country: string): number {
  return Object.hasOwn(counts, country) ? (counts[country] ?? 0) : 0;
}

function total(places: readonly Place[]): number {
  return sum(places.map((place) => place.count));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
