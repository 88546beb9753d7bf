import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** A film of a file, as far as it is judged. */
export interface TrueFilm {
  readonly id: string;
  readonly imdbId: string;
  readonly title: string;
  readonly year: number | null;
  /** Names, in order. */
  readonly directors: readonly string[];
  readonly popularity: number;
}

/** Reads a file of films, compressed or not. @throws Error that names the line of one that cannot be read */
export async function readFilmsFile(file: string): Promise<readonly TrueFilm[]> {
  const bytes = await readFile(file);
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return parseFilms((isCompressed ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** Reads films from the text of a CSV: a header that names the columns, lists separated by `|`. */
export function parseFilms(csv: string): readonly TrueFilm[] {
  const [header = [], ...rows] = splitCsv(csv);
  const places = new Map(header.map((name, place) => [name, place]));
  return rows.map((row, index) => {
    const value = (name: string): string => {
      const found = row[places.get(name) ?? -1];
      if (found === undefined) throw new Error(`film ${index + 1} of the file has no ${name}`);
      return found;
    };
    const count = (name: string): number => {
      if (!/^\d+$/.test(value(name)))
        throw new Error(`film ${index + 1} of the file has a wrong ${name}: ${value(name)}`);
      return Number(value(name));
    };
    return {
      id: value('id'),
      imdbId: value('imdb'),
      title: value('title'),
      year: value('year') === '' ? null : count('year'),
      directors: value('directors')
        .split('|')
        .filter((name) => name !== ''),
      popularity: count('popularity'),
    };
  });
}

/** Splits a CSV into rows of values, character by character. */
function splitCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let value = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (isQuoted) {
      if (char !== '"') value += char;
      else if (text[at + 1] === '"') {
        value += char;
        at += 1;
      } else isQuoted = false;
    } else if (char === '"' && value === '') isQuoted = true;
    else if (char === ',') {
      row.push(value);
      value = '';
    } else if (char === '\n') {
      rows.push([...row, value]);
      row = [];
      value = '';
    } else if (char !== '\r' || text[at + 1] !== '\n') value += char;
  }
  if (row.length > 0 || value !== '') rows.push([...row, value]);
  return rows;
}
