import { type DatabaseClient, numberArray, textArray } from '@caudal/common/postgresql';
import { fold, tokensOf } from '../search/fold.ts';
import type { Film } from './film.ts';
import { runBatch } from './statements.ts';

/** Films of one statement. */
export const BATCH_FILMS = 2_000;

/** Inserts films into the tables of the version that is the search path. @param first ordinal of the first of them */
export async function insertFilms(
  client: DatabaseClient,
  films: readonly Film[],
  first: number,
): Promise<void> {
  const folded = films.map(({ title }) => fold(title));
  await runBatch(
    client,
    `insert into film (id, ordinal, imdb_id, title, folded, words, year, genres, runtime_minutes, countries, popularity)
     select id, ordinal, imdb_id, title, folded, array_to_tsvector(tokens::text[]), year, genres::text[], runtime_minutes,
            countries::text[], popularity
       from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::text[],
                   $9::integer[], $10::text[], $11::integer[])
            as loaded (id, ordinal, imdb_id, title, folded, tokens, year, genres, runtime_minutes, countries, popularity)`,
    [
      textArray(films.map(({ id }) => id)),
      numberArray(films.map((_, place) => first + place)),
      textArray(films.map(({ imdbId }) => imdbId)),
      textArray(films.map(({ title }) => title)),
      textArray(folded),
      textArray(folded.map((text) => textArray(tokensOf(text)))),
      numberArray(films.map(({ year }) => year)),
      textArray(films.map(({ genres }) => textArray(genres))),
      numberArray(films.map(({ runtimeMinutes }) => runtimeMinutes)),
      textArray(films.map(({ countries }) => textArray(countries))),
      numberArray(films.map(({ popularity }) => popularity)),
    ],
  );
  const credits = films.flatMap(({ id, directors }) =>
    directors.map((director, place) => ({ film: id, position: place + 1, person: director.id })),
  );
  await runBatch(
    client,
    'insert into film_director (film_id, position, person_id) select * from unnest($1::text[], $2::smallint[], $3::text[])',
    [
      textArray(credits.map(({ film }) => film)),
      numberArray(credits.map(({ position }) => position)),
      textArray(credits.map(({ person }) => person)),
    ],
  );
}
