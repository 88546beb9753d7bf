import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { directorId } from '../../../src/data/director-id.ts';
import type { Film } from '../../../src/data/film.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'data', 'films.csv.gz');

/** The committed films. */
export function readCommittedFilms(): readonly Film[] {
  const rows: Record<string, string>[] = parse(gunzipSync(readFileSync(FILE)), { columns: true });
  return rows.map((row) => ({
    id: row.id ?? '',
    imdbId: row.imdb ?? '',
    title: row.title ?? '',
    year: row.year ? Number(row.year) : null,
    directors: listOf(row.directors).map((name) => ({ id: directorId(name), name })),
    genres: listOf(row.genres),
    runtimeMinutes: row.runtime ? Number(row.runtime) : null,
    countries: listOf(row.countries),
    popularity: Number(row.popularity),
  }));
}

function listOf(text = ''): readonly string[] {
  return text === '' ? [] : text.split('|');
}
