import type { FindingKind } from '@caudal/common/verdict';
import type { Subject } from './verify/defect.ts';

/** What faults are planted into: a version that the importer has made, and that the API answers from. */
export interface Ground {
  /** Id of a film that has two directors, both of other films, too, and that is among the first of several answers. */
  readonly film: string;
  /** Runs a statement as the owner of the database, in the schema of the version. */
  query(text: string, values?: readonly unknown[]): Promise<void>;
  /** Imports the films once more, while a replica stands still. */
  importBehindReplica(): Promise<void>;
}

/** A fault in what the database has, and the report required for it. */
export interface FilmsPlant {
  readonly name: string;
  plant(ground: Ground): Promise<void>;
  /** Everything that must be found, and nothing else may be; how often depends on how many answers show it. */
  readonly findings: readonly { readonly kind: FindingKind; readonly subject: Subject }[];
}

/** No fault: must be exact. */
export const CLEAN: FilmsPlant = { name: 'no fault', plant: () => Promise.resolve(), findings: [] };

/** The film itself is shown with others, and missing where a director's films are listed. */
const WRONG_AND_LOST: FilmsPlant['findings'] = [
  { kind: 'wrong', subject: 'films' },
  { kind: 'lost', subject: 'films' },
];

/** What can go wrong with films. */
export const FAULTS: readonly FilmsPlant[] = [
  {
    name: 'a film without a director',
    plant: ({ film, query }) => query('delete from film_director where film_id = $1', [film]),
    findings: WRONG_AND_LOST,
  },
  {
    name: 'a wrong director',
    plant: ({ film, query }) =>
      query(
        `update film_director d set person_id = (
             select p.id from person p
              where not exists (select from film_director o where o.film_id = d.film_id and o.person_id = p.id)
              order by p.films, p.id limit 1)
          where film_id = $1 and position = (select min(position) from film_director where film_id = $1)`,
        [film],
      ),
    findings: WRONG_AND_LOST,
  },
  {
    name: 'the directors of a film in the other order',
    plant: async ({ film, query }) => {
      await query('update film_director set position = position + 100 where film_id = $1', [film]);
      await query(
        `update film_director d set position = (
             select count(*) from film_director o where o.film_id = $1 and o.position > d.position)
          where film_id = $1`,
        [film],
      );
    },
    findings: [{ kind: 'wrong', subject: 'films' }],
  },
  {
    name: 'a missing film',
    plant: async ({ film, query }) => {
      await query('delete from film_director where film_id = $1', [film]);
      await query('delete from film where id = $1', [film]);
    },
    findings: [{ kind: 'lost', subject: 'films' }],
  },
  {
    name: 'a page with a repeated film',
    plant: async ({ film, query }) => {
      await query('alter table film drop constraint film_pkey');
      await query(
        `insert into film (id, ordinal, imdb_id, title, folded, words, year, genres, runtime_minutes, countries, popularity)
           select id, -ordinal, imdb_id, title, folded, words, year, genres, runtime_minutes, countries, popularity
             from film where id = $1`,
        [film],
      );
    },
    findings: [{ kind: 'doubled', subject: 'films' }],
  },
  {
    name: 'a title with a letter too many',
    plant: ({ film, query }) => query(`update film set title = title || 'x' where id = $1`, [film]),
    findings: [{ kind: 'wrong', subject: 'films' }],
  },
  {
    name: 'a mistake that is not put right',
    plant: ({ query }) => query('delete from title_spelling'),
    findings: [{ kind: 'lost', subject: 'films' }],
  },
  {
    name: 'a stale version on one replica',
    plant: ({ importBehindReplica }) => importBehindReplica(),
    findings: [{ kind: 'stale', subject: 'versions' }],
  },
  {
    name: 'requests that fail',
    plant: ({ query }) => query('revoke select on person from caudal_films_api'),
    findings: [{ kind: 'lost', subject: 'requests' }],
  },
];
