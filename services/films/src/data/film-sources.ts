import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FilmSource } from './film-source.ts';
import { type CsvOptions, readFilmsCsv } from './read-films-csv.ts';

/** Films of `services/films/data`, which are described in its SOURCE.md. */
export const COMMITTED_FILE = fileURLToPath(new URL('../../data/films.csv.gz', import.meta.url));

/** The committed films. The name changes with the file, so that those of another release are noticed. */
export function committedFilms(): FilmSource {
  const digest = createHash('sha256').update(readFileSync(COMMITTED_FILE)).digest('hex');
  return {
    name: `${basename(COMMITTED_FILE)} (${digest.slice(0, 12)})`,
    films: () => readFilmsCsv(COMMITTED_FILE, { badLines: 'refuse' }),
  };
}

/** Films of a CSV file. */
export function csvFilms(file: string, options: CsvOptions): FilmSource {
  return { name: basename(file), films: () => readFilmsCsv(file, options) };
}
