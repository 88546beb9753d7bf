import type { FilmEntry, PersonEntry } from './results.ts';
import { schemaOf } from './version.ts';

/** What a search is for: rows with `id`, `folded` and `words`, best known first. */
export interface Subject<Entry> {
  /** Columns of an entry, from the tables of a version. */
  select(version: number): string;
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
  select: (version) => {
    const schema = schemaOf(version);
    return `
      select id, imdb_id as "imdbId", title, year, genres, runtime_minutes as "runtimeMinutes", countries, popularity,
             (select coalesce(json_agg(json_build_object('id', person.id, 'name', person.name) order by position), '[]')
                from ${schema}.film_director join ${schema}.person on person.id = person_id
               where film_id = film.id) as directors
        from ${schema}.film`;
  },
  rank: 'popularity',
  rankOf: ({ popularity }) => popularity,
  vocabulary: (version) => vocabularyOf(version, 'title'),
};

export const PEOPLE: Subject<PersonEntry> = {
  select: (version) => `select id, name, films from ${schemaOf(version)}.person`,
  rank: 'films',
  rankOf: ({ films }) => films,
  vocabulary: (version) => vocabularyOf(version, 'name'),
};
