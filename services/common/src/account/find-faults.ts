import type { CountryCounts, Finding, FindingKind } from './account.ts';

/** Input of {@link findFaults}: one lane. */
export interface LaneCounts {
  readonly lane: string;
  readonly countries: readonly CountryCounts[];
  /** New identities in the store; null if they cannot be compared. */
  readonly identities: number | null;
  /** Growth of the store's total. */
  readonly totalDelta: number;
  /** The only countries whose messages the lane takes; undefined: all. */
  readonly taken?: readonly string[] | undefined;
}

type Places = ReadonlyMap<string, number>;
type Move = readonly [from: string, to: string, count: number];

/**
 * Finds the faults of a lane, with their country if it can be determined.
 *
 * A message that was stored twice leaves fewer identities than counts; one of another sender leaves more identities
 * than this run sent; one counted under a wrong country leaves both correct. What the identities do not
 * explain is interpreted as the worse case: without identities a surplus is `doubled`, and a message in a country of which
 * nothing was sent is one of unknown outcome under a wrong country as long as there are such messages. What remains in a
 * country that the lane does not take is `not-taken`, whoever sent it.
 */
export function findFaults({ lane, countries, identities, totalDelta, taken }: LaneCounts): Finding[] {
  const accepted = sum(countries.map((country) => country.accepted));
  const possible = accepted + sum(countries.map(({ unknown }) => unknown));
  const stored = sum(countries.map((country) => country.stored));
  const short = placesOf(countries, (country) => country.accepted - country.stored);
  const over = placesOf(countries, ({ accepted: a, unknown, stored: s }) => s - a - unknown);
  // Unknown messages missing in their country.
  const absent = placesOf(countries, ({ accepted: a, unknown, stored: s }) => a + unknown - Math.max(a, s));

  const distinct = identities ?? stored;
  const certain =
    identities === null
      ? { lost: total(short), doubled: total(over), other: 0 }
      : {
          lost: Math.max(0, accepted - distinct) + Math.max(0, distinct - stored),
          doubled: Math.max(0, stored - distinct),
          other: Math.max(0, distinct - possible),
        };

  const movable = total(over) - certain.doubled - certain.other;
  const moves = moveBetween(short, over, Math.min(total(short) - certain.lost, movable));
  const lost = without(
    short,
    moves.map(([from, , count]) => [from, count]),
  );
  const afterMoves = without(
    over,
    moves.map(([, to, count]) => [to, count]),
  );
  const unknownMoves = moveBetween(absent, afterMoves, movable - countOf(moves));
  const surplus = [
    ...without(
      afterMoves,
      unknownMoves.map(([, to, count]) => [to, count]),
    ),
  ];
  const isTaken = (country: string) => taken === undefined || taken.includes(country);
  const notTaken = new Map(surplus.filter(([country]) => !isTaken(country)));
  const excess = total(notTaken);

  return [
    ...[...moves, ...unknownMoves].map(
      ([country, countedAs, count]): Finding => ({ lane, country, countedAs, kind: 'wrong-country', count }),
    ),
    ...placed(lane, 'lost', lost, certain.lost),
    ...placed(lane, 'not-taken', notTaken, 0),
    ...splitSurplus(lane, new Map(surplus.filter(([country]) => isTaken(country))), {
      // The excess explains missing or additional identities.
      other: Math.max(0, certain.other - excess),
      doubled: Math.max(0, certain.doubled - Math.max(0, excess - certain.other)),
    }),
    ...(stored === totalDelta
      ? []
      : [{ lane, country: null, kind: 'total' as const, count: Math.abs(totalDelta - stored) }]),
  ];
}

/** Classifies the surplus: doubles where identities are missing, otherwise messages of another sender. */
function splitSurplus(
  lane: string,
  surplus: Places,
  certain: { readonly doubled: number; readonly other: number },
): Finding[] {
  if (certain.other === 0) return placed(lane, 'doubled', surplus, certain.doubled);
  if (certain.doubled === 0) return placed(lane, 'other', surplus, certain.other);
  // Both, and in several countries nothing says which is where.
  const [only, ...more] = surplus.keys();
  const country = more.length === 0 ? (only ?? null) : null;
  return [
    { lane, country, kind: 'doubled', count: certain.doubled },
    { lane, country, kind: 'other', count: certain.other },
  ];
}

/** Creates a finding per country, and one without a country for the rest. */
function placed(lane: string, kind: FindingKind, places: Places, atLeast: number): Finding[] {
  const hidden = atLeast - total(places);
  return [
    ...[...places].map(([country, count]): Finding => ({ lane, country, kind, count })),
    ...(hidden > 0 ? [{ lane, country: null, kind, count: hidden }] : []),
  ];
}

/** Pairs missing messages of one country with surplus of another, up to `limit`. */
function moveBetween(from: Places, to: Places, limit: number): Move[] {
  const moves: Move[] = [];
  const room = new Map(to);
  let left = limit;
  for (const [source, missing] of from) {
    let rest = missing;
    for (const [target, free] of room) {
      const count = Math.min(rest, free, left);
      if (count <= 0) continue;
      moves.push([source, target, count]);
      room.set(target, free - count);
      rest -= count;
      left -= count;
    }
  }
  return moves;
}

function placesOf(
  countries: readonly CountryCounts[],
  count: (country: CountryCounts) => number,
): Map<string, number> {
  const counted = countries.map((country) => [country.country, count(country)] as const);
  return new Map(counted.filter(([, n]) => n > 0));
}

function without(
  places: Places,
  taken: readonly (readonly [country: string, count: number])[],
): Map<string, number> {
  const rest = new Map(places);
  for (const [country, count] of taken) {
    const left = (rest.get(country) ?? 0) - count;
    if (left > 0) rest.set(country, left);
    else rest.delete(country);
  }
  return rest;
}

function countOf(moves: readonly Move[]): number {
  return sum(moves.map(([, , count]) => count));
}

function total(places: Places): number {
  return sum([...places.values()]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((left, right) => left + right, 0);
}
