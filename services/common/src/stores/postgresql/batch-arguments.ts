import type { Envelope } from '../../message/envelope.ts';
import { weatherClass } from '../../message/weather.ts';
import { numberArray, textArray } from '../../postgresql/index.ts';
import type { StoreBatch } from '../ports.ts';

/** Latest time that JavaScript knows; PostgreSQL knows later ones, but not all that a number can say. */
const MAX_TIME_MS = 8.64e15;

/** Scope of a message's identity: a producer is not a key of the same name. */
export function scopeOf({ producer, key }: Envelope): string {
  return producer === undefined ? `k:${key}` : `p:${producer}`;
}

/** Arguments of `apply_batch`, in its order. */
export function batchArguments(
  { envelopes, positions }: StoreBatch,
  keyDays: number,
): readonly (string | number)[] {
  const rows = sorted(envelopes.map((envelope) => ({ scope: scopeOf(envelope), envelope })));
  return [
    textArray(positions.map(({ source }) => source)),
    numberArray(positions.map(({ expected }) => expected)),
    numberArray(positions.map(({ next }) => next)),
    textArray(positions.map(({ marks }) => marks ?? '')),
    textArray(rows.map(({ scope }) => scope)),
    numberArray(rows.map(({ envelope }) => envelope.sequence)),
    textArray(rows.map(({ envelope }) => envelope.country)),
    textArray(rows.map(({ envelope }) => envelope.weather)),
    textArray(rows.map(({ envelope }) => weatherClass(envelope.weather))),
    textArray(rows.map(({ envelope }) => envelope.description)),
    numberArray(rows.map(({ envelope }) => Math.min(envelope.acceptedAt, MAX_TIME_MS))),
    keyDays,
  ];
}

interface Row {
  readonly scope: string;
  readonly envelope: Envelope;
}

/** In ascending order of identity; what comes from one partition is, usually. */
function sorted(rows: Row[]): readonly Row[] {
  const isSorted = rows.every((row, index) => index === 0 || compare(rows[index - 1] as Row, row) <= 0);
  return isSorted ? rows : rows.sort(compare);
}

/** Scopes are ASCII: their order here is that of the collation "C". */
function compare(a: Row, b: Row): number {
  if (a.scope !== b.scope) return a.scope < b.scope ? -1 : 1;
  return a.envelope.sequence - b.envelope.sequence;
}
