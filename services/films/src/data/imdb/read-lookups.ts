import { type BadLines, showValue } from '@caudal/common/bad-lines';
import { problemOfText } from '../text-problem.ts';
import { numberOfId } from './ids.ts';
import { MISSING, readTable } from './read-table.ts';

/** A table with one line for each id. */
interface Lookup<T> {
  /** Columns, of which the first has the id. */
  readonly columns: readonly string[];
  readonly prefix: 'tt' | 'nm';
  /** Place of the column with the value. */
  readonly column: number;
  /** Reads the value; what is wrong with it is a text. */
  readValue(text: string): { readonly value: T } | string;
}

const MAX_INTEGER = 2_147_483_647;

const CREW: Lookup<readonly number[]> = {
  columns: ['tconst', 'directors', 'writers'],
  prefix: 'tt',
  column: 1,
  readValue: (text) => {
    const ids = text === MISSING ? [] : text.split(',');
    const numbers = ids.map((id) => numberOfId('nm', id));
    const wrong = numbers.indexOf(undefined);
    if (wrong >= 0) return `directors: ${showValue(ids[wrong] ?? '')} is not an id such as nm0000338`;
    return { value: [...new Set(numbers as readonly number[])] };
  },
};

const NAMES: Lookup<string> = {
  columns: ['nconst', 'primaryName', 'birthYear', 'deathYear', 'primaryProfession', 'knownForTitles'],
  prefix: 'nm',
  column: 1,
  readValue: (text) => {
    const name = text.replace(/\s+/gu, ' ').trim();
    const problem = problemOfText(name === MISSING ? '' : name);
    // A copy: the text is a part of many lines, and would keep all of them.
    return problem === undefined ? { value: Buffer.from(name).toString() } : `primaryName: ${problem}`;
  },
};

const RATINGS: Lookup<number> = {
  columns: ['tconst', 'averageRating', 'numVotes'],
  prefix: 'tt',
  column: 2,
  readValue: (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value <= MAX_INTEGER
      ? { value }
      : `numVotes: ${showValue(text)} is not a whole number up to ${MAX_INTEGER}`;
  },
};

/** Reads the directors of titles from `title.crew`, in their order, each once. Lines that cannot be used are added to `bad`. */
export const readDirectors = readerOf(CREW);

/** Reads the names of people from `name.basics`. */
export const readNames = readerOf(NAMES);

/** Reads the number of votes for titles from `title.ratings`. */
export const readVotes = readerOf(RATINGS);

function readerOf<T>({ columns, prefix, column, readValue }: Lookup<T>) {
  return async (
    file: string,
    wanted: ReadonlySet<number>,
    bad: BadLines,
  ): Promise<ReadonlyMap<number, T>> => {
    const found = new Map<number, T>();
    for await (const rows of readTable(file, columns))
      for (const { line, values } of rows) {
        const [id = ''] = values;
        const number = numberOfId(prefix, id);
        if (number !== undefined && !wanted.has(number)) continue;
        const read =
          number === undefined
            ? `${columns[0]}: ${showValue(id)} is not an id of IMDb`
            : values.length === columns.length
              ? readValue(values[column] ?? '')
              : `${values.length} columns instead of ${columns.length}`;
        if (typeof read === 'string') bad.add(line, read);
        else if (number !== undefined && !found.has(number)) found.set(number, read.value);
      }
    return found;
  };
}
