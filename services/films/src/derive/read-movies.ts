import { DatabaseSync } from 'node:sqlite';
import { directorId } from '../data/director-id.ts';
import type { Director, Film } from '../data/film.ts';

interface Row {
  readonly id: number;
  readonly imdbId: string | null;
  readonly title: string;
  readonly year: number | null;
  readonly directors: string | null;
  readonly genres: string | null;
  readonly runtime: number | null;
  readonly countries: string | null;
  readonly reviews: number | null;
}

const QUERY = `
  select omdb.ID as id, imdbID as imdbId, Title as title, Year as year, Director as directors, Genre as genres,
         Runtime as runtime, Country as countries, Reviews as reviews
    from omdb left join tomatoes on tomatoes.ID = omdb.ID
   order by omdb.ID`;

/** A comma between names; one before `Jr.` or `Sr.` is part of a name. */
const BETWEEN_NAMES = /,(?!\s*(?:jr|sr)\.?\s*(?:,|$))/iu;

/**
 * Reads the films of the SQLite file `movies.db` of the package bokeh-sampledata, by Wikidata item.
 * @throws Error if the file cannot be read, is no such database, or has an item twice
 */
export function readMovies(file: string): readonly Film[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const films = (database.prepare(QUERY).all() as unknown as readonly Row[]).map(filmOf);
    const ids = new Set<string>();
    for (const { id } of films) {
      if (ids.has(id)) throw new Error(`${file} has ${id} twice`);
      ids.add(id);
    }
    return films;
  } finally {
    database.close();
  }
}

function filmOf(row: Row): Film {
  return {
    id: `Q${row.id}`,
    imdbId: row.imdbId ?? '',
    title: row.title,
    year: row.year,
    directors: splitNames(row.directors ?? '').map((name): Director => ({ id: directorId(name), name })),
    genres: splitList(row.genres ?? ''),
    runtimeMinutes: row.runtime === null ? null : Math.round(row.runtime),
    countries: splitList(row.countries ?? ''),
    popularity: row.reviews ?? 0,
  };
}

const splitList = (text: string): readonly string[] => partsOf(text, /,/u);

/** Splits names at commas; `Robert Downey, Sr.` is one. */
export function splitNames(text: string): readonly string[] {
  return partsOf(text, BETWEEN_NAMES);
}

function partsOf(text: string, separator: RegExp): readonly string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
