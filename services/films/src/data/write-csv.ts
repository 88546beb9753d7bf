import type { Film } from './film.ts';

/** Columns of the committed file, in their order. Lists are separated by `|`. */
export const COLUMNS = [
  'id',
  'imdb',
  'title',
  'year',
  'directors',
  'genres',
  'runtime',
  'countries',
  'popularity',
] as const;

/** Formats films as CSV with a header; directors by their names, so only those of whom no more is known. */
export function formatFilms(films: readonly Film[]): string {
  const lines = films.map((film) =>
    [
      film.id,
      film.imdbId,
      film.title,
      film.year ?? '',
      film.directors.map(({ name }) => name).join('|'),
      film.genres.join('|'),
      film.runtimeMinutes ?? '',
      film.countries.join('|'),
      film.popularity,
    ]
      .map((value) => quote(String(value)))
      .join(','),
  );
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
