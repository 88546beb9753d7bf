import type { FilmEntry, PersonEntry } from './results.ts';
import { schemaOf } from './version.ts';

/** What a search is for: rows with `id`, `folded` and `words`, best known first. */
export interface Subject<Entry> {
  /** Name of the table of a version. */
  table(version: number): string;
  /** Columns of an entry, from that table under the name `entry`. */
  columns(version: number): string;
  /** Column by which results are ordered, descending, before the id. */
  readonly rank: string;
  rankOf(entry: Entry): number;
  vocabulary(version: number): Vocabulary;
}

/** Tables of the words of a subject. */
export interface Vocabulary {
  /** The distinct words, with how many rows use each. */
  readonly words: string;
  /** The words by their spellings with a letter missing. */
  readonly spellings: string;
}

function vocabularyOf(version: number, kind: 'title' | 'name'): Vocabulary {
  const schema = schemaOf(version);
  return { words: `${schema}.${kind}_word`, spellings: `${schema}.${kind}_spelling` };
}

export const FILMS: Subject<FilmEntry> = {
  table: (version) => `${schemaOf(version)}.film`,
  columns: (version) => {
    const schema = schemaOf(version);
    return `
      entry.id, entry.imdb_id as "imdbId", entry.title, entry.year, entry.genres, entry.runtime_minutes as "runtimeMinutes",
      entry.countries, entry.popularity,
      (select coalesce(json_agg(json_build_object('id', person.id, 'name', person.name) order by position), '[]')
         from ${schema}.film_director join ${schema}.person on person.id = person_id
        where film_id = entry.id) as directors`;
  },
  rank: 'popularity',
  rankOf: ({ popularity }) => popularity,
  vocabulary: (version) => vocabularyOf(version, 'title'),
};

export const PEOPLE: Subject<PersonEntry> = {
  table: (version) => `${schemaOf(version)}.person`,
  columns: () => 'entry.id, entry.name, entry.films',
  rank: 'films',
  rankOf: ({ films }) => films,
  vocabulary: (version) => vocabularyOf(version, 'name'),
};
