import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Film } from './film.ts';
import type { FilmSource } from './film-source.ts';
import { generateFilms } from './generate-films.ts';
import { type ImdbFiles, type ImdbOptions, readImdbFilms } from './imdb/read-imdb-films.ts';
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

/** The committed films, and made-up ones until there are `count`. */
export function generatedFilms(count: number, seed = 1): FilmSource {
  return {
    name: `generated (${count} films, seed ${seed})`,
    films: async function* () {
      const real: Film[] = [];
      for await (const film of committedFilms().films()) real.push(film);
      yield* generateFilms(seed, count, real);
    },
  };
}

/** Films of files of IMDb. */
export function imdbFilms(files: ImdbFiles, options: ImdbOptions = {}): FilmSource {
  return { name: basename(files.titles), films: () => readImdbFilms(files, options) };
}
