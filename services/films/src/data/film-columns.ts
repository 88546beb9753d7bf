import { showValue } from '@caudal/common/bad-lines';
import { directorId } from './director-id.ts';
import type { Director, Film } from './film.ts';
import { problemOfText } from './text-problem.ts';
import { COLUMNS } from './write-csv.ts';

type Column = (typeof COLUMNS)[number];

/** Positions of the columns, and how many there are. */
export type Columns = Readonly<Record<Column, number>> & { readonly count: number };

/** Years that a film may be of. */
export const [MIN_YEAR, MAX_YEAR] = [1_800, 2_200] as const;
const MAX_INTEGER = 2_147_483_647;
const MAX_MINUTES = 100_000;
const ID = /^[\w-]{1,64}$/;
const IMDB_ID = /^tt\d{1,10}$/;

/** Finds the columns in a header, in any order and with others between them; returns what is wrong with it as a text. */
export function findColumns(header: readonly string[]): Columns | string {
  const names = header.map((name) => name.trim().toLowerCase());
  const missing = COLUMNS.filter((column) => !names.includes(column));
  if (missing.length > 0)
    return `the header has no column ${missing.join(', ')}: it is to have ${COLUMNS.join(', ')}`;
  const positions = Object.fromEntries(COLUMNS.map((column) => [column, names.indexOf(column)]));
  return { ...(positions as Record<Column, number>), count: header.length };
}

/** Reads the film of a record; returns what is wrong with it as a text. Lists are separated by `|`. */
export function readFilm(record: readonly string[], columns: Columns): Film | string {
  if (record.length !== columns.count)
    return `${record.length} columns instead of ${columns.count}: a comma without quotes?`;
  const text = (column: Column): string => (record[columns[column]] ?? '').replace(/\s+/gu, ' ').trim();
  const id = text('id');
  if (!ID.test(id)) return `id: ${showValue(id)} is not one of letters, digits, _ and -, at most 64`;
  const imdbId = text('imdb');
  if (imdbId !== '' && !IMDB_ID.test(imdbId))
    return `imdb: ${showValue(imdbId)} is not an id such as tt0068646`;
  const title = text('title');
  const titleProblem = problemOfText(title);
  if (titleProblem !== undefined) return `title: ${titleProblem}`;
  const names = [...new Set(listOf(text('directors')))];
  for (const name of names) {
    const problem = problemOfText(name);
    if (problem !== undefined) return `directors: ${problem}`;
  }
  const numbers = {
    year: numberOf(text('year'), MIN_YEAR, MAX_YEAR),
    runtime: numberOf(text('runtime'), 1, MAX_MINUTES),
    popularity: numberOf(text('popularity'), 0, MAX_INTEGER),
  };
  for (const [column, number] of Object.entries(numbers))
    if (typeof number === 'string') return `${column}: ${number}`;
  const { year, runtime, popularity } = numbers as Record<keyof typeof numbers, number | null>;
  return {
    id,
    imdbId,
    title,
    year,
    directors: names.map((name): Director => ({ id: directorId(name), name })),
    genres: listOf(text('genres')),
    runtimeMinutes: runtime,
    countries: listOf(text('countries')),
    popularity: popularity ?? 0,
  };
}

/** A whole number; null for an empty text, what is wrong as a text. */
function numberOf(text: string, least: number, most: number): number | null | string {
  if (text === '') return null;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most
    ? number
    : `${showValue(text)} is not a whole number from ${least} to ${most}`;
}

function listOf(text: string): readonly string[] {
  return text
    .split('|')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
