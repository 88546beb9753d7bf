import type { StreamState } from '../../../src/schemas.ts';
import { countryName } from './format.ts';
import { LANES_SYSTEM, lanesOf } from './lanes.ts';

/** A country, with what is known of it. */
export interface CountryRow {
  readonly code: string;
  readonly name: string;
  /** Undefined where the console does not know what was accepted. */
  readonly accepted: number | undefined;
  /** Stored messages by lane; undefined for a lane that does not take the country or whose store does not answer. */
  readonly stored: Readonly<Record<string, number | undefined>>;
  /** Largest count of a lane, or what was accepted: what the map and the bars show. */
  readonly size: number;
  /** How far the lanes are apart: fewest minus most; 0 where they agree. */
  readonly difference: number;
  /** Whether that is a fault: only at rest, since under load the lanes are always apart. */
  readonly isFault: boolean;
}

/** What the table can be sorted by: a column, or the count of a lane. */
export type SortKey = 'name' | 'accepted' | 'difference' | `lane:${string}`;

/** An order of the table. */
export interface Order {
  readonly by: SortKey;
  readonly descending: boolean;
}

/** Rows of all countries with a message. */
export function countryRows(state: StreamState | undefined): readonly CountryRow[] {
  if (state === undefined) return [];
  const isAtRest = state.lights[LANES_SYSTEM]?.state === 'drift';
  const lanes = lanesOf(state);
  const accepted = state.ingest.byCountry;
  const codes = new Set([
    ...Object.keys(accepted ?? {}),
    ...lanes.flatMap(({ stored }) => Object.keys(stored?.byCountry ?? {})),
  ]);
  return [...codes].map((code) => {
    const stored = Object.fromEntries(
      lanes.map((lane) => {
        const held = lane.stored?.byCountry[code];
        const isTaken = lane.countries === undefined || lane.countries.includes(code);
        return [lane.name, lane.stored === undefined ? undefined : (held ?? (isTaken ? 0 : undefined))];
      }),
    );
    const known = Object.values(stored).filter((value) => value !== undefined);
    const took = accepted === undefined ? undefined : (accepted[code] ?? 0);
    const difference = known.length < 2 ? 0 : Math.min(...known) - Math.max(...known);
    return {
      code,
      name: countryName(code),
      accepted: took,
      stored,
      size: Math.max(0, took ?? 0, ...known),
      difference,
      isFault: isAtRest && difference !== 0,
    };
  });
}

/** Sorts rows; equal ones by name. */
export function sortRows(rows: readonly CountryRow[], { by, descending }: Order): readonly CountryRow[] {
  const sign = descending ? -1 : 1;
  const value = (row: CountryRow): number => {
    if (by === 'accepted') return row.accepted ?? row.size;
    if (by === 'difference') return -row.difference;
    return row.stored[by.slice('lane:'.length)] ?? -1;
  };
  return [...rows].sort((a, b) => {
    if (by === 'name') return sign * a.name.localeCompare(b.name);
    return sign * (value(a) - value(b)) || a.name.localeCompare(b.name);
  });
}

/** Rows whose name or code contains a text, whatever its case. */
export function findRows(rows: readonly CountryRow[], text: string): readonly CountryRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(
    ({ code, name }) => code.toLowerCase() === wanted || name.toLowerCase().includes(wanted),
  );
}

/** Shade of a country on the map, 0 to 1, by the logarithm of its size: a few large ones would hide the others. */
export function shadeOf(size: number, largest: number): number {
  if (size <= 0 || largest <= 0) return 0;
  return largest === 1 ? 1 : 0.15 + 0.85 * (Math.log1p(size) / Math.log1p(largest));
}
