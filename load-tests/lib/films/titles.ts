import { formatCsvRow, parseCsv } from './csv.ts';

/** A film whose words queries are made of. */
export type KnownFilm = {
  id: string;
  title: string /** Undefined where it is unknown. */;
  year: number | undefined;
  directors: string[];
};

const header = ['id', 'title', 'year', 'directors'];

/** Films as the text of a file that {@link readTitles} reads; directors are separated by `|`. */
export function formatTitles(films: readonly KnownFilm[]): string {
  const rows = films.map(({ id, title, year, directors }) => [
    id,
    title,
    String(year ?? ''),
    directors.join('|'),
  ]);
  return `${[header, ...rows].map(formatCsvRow).join('\n')}\n`;
}

/**
 * Reads the films of a file, the best known first.
 *
 * @throws Error where it is another file
 */
export function readTitles(text: string): KnownFilm[] {
  const [names, ...rows] = parseCsv(text);
  if (names?.join() !== header.join() || rows.length === 0)
    throw new Error(`not a file of films: ${text.slice(0, 100)}`);
  return rows.map(([id = '', title = '', year = '', directors = '']) => ({
    id,
    title,
    year: year === '' ? undefined : Number(year),
    directors: directors === '' ? [] : directors.split('|'),
  }));
}
