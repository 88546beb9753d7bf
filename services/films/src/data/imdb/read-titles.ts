import { type BadLines, showValue } from '@caudal/common/bad-lines';
import { MAX_YEAR, MIN_YEAR } from '../film-columns.ts';
import { problemOfText } from '../text-problem.ts';
import { numberOfId } from './ids.ts';
import { MISSING, readTable, type TableRow } from './read-table.ts';

/** A film of `title.basics`. */
export interface Title {
  readonly number: number;
  readonly title: string;
  readonly year: number | null;
  readonly runtimeMinutes: number | null;
  readonly genres: readonly string[];
}

const COLUMNS = [
  'tconst',
  'titleType',
  'primaryTitle',
  'originalTitle',
  'isAdult',
  'startYear',
  'endYear',
  'runtimeMinutes',
  'genres',
];
const MAX_MINUTES = 100_000;

/** Reads the titles of some types from `title.basics`, many at a time. Lines that cannot be used are added to `bad`. */
export async function* readTitles(
  file: string,
  types: ReadonlySet<string>,
  bad: BadLines,
): AsyncGenerator<readonly Title[]> {
  for await (const rows of readTable(file, COLUMNS))
    yield rows.flatMap((row) => {
      // Most titles are episodes.
      if (row.values.length === COLUMNS.length && !types.has(row.values[1] ?? '')) return [];
      const title = titleOf(row);
      if (typeof title !== 'string') return [title];
      bad.add(row.line, title);
      return [];
    });
}

/** The title of a row; what is wrong with it as a text. */
function titleOf({ values }: TableRow): Title | string {
  if (values.length !== COLUMNS.length) return `${values.length} columns instead of ${COLUMNS.length}`;
  const [id = '', , primary = '', , , startYear = '', , runtime = '', genres = ''] = values;
  const number = numberOfId('tt', id);
  if (number === undefined) return `tconst: ${showValue(id)} is not an id such as tt0068646`;
  const title = primary.replace(/\s+/gu, ' ').trim();
  const problem = problemOfText(title === MISSING ? '' : title);
  if (problem !== undefined) return `primaryTitle: ${problem}`;
  const year = numberOf(startYear, MIN_YEAR, MAX_YEAR);
  if (typeof year === 'string') return `startYear: ${year}`;
  const runtimeMinutes = numberOf(runtime, 0, MAX_MINUTES);
  if (typeof runtimeMinutes === 'string') return `runtimeMinutes: ${runtimeMinutes}`;
  return { number, title, year, runtimeMinutes, genres: genres === MISSING ? [] : genres.split(',') };
}

function numberOf(text: string, least: number, most: number): number | null | string {
  if (text === MISSING) return null;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most
    ? number
    : `${showValue(text)} is not a whole number from ${least} to ${most}`;
}
