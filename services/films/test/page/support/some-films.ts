import { directorId } from '../../../src/data/director-id.ts';
import type { Film } from '../../../src/data/film.ts';

/** A film of a test; what is left out is plain. */
export function film(
  given: Partial<Film> & { readonly title: string },
  directors: readonly string[] = [],
): Film {
  return {
    id: `Q${given.title.length}${given.year ?? ''}`,
    imdbId: '',
    year: 1999,
    genres: ['Drama'],
    runtimeMinutes: 100,
    countries: ['France'],
    popularity: 10,
    directors: directors.map((name) => ({ id: directorId(name), name })),
    ...given,
  };
}

const COPPOLA = 'Francis Ford Coppola';
const DRAGONS = Array.from({ length: 45 }, (_, place) =>
  film(
    {
      id: `Q9${100 + place}`,
      title: `Dragon ${place + 1}`,
      year: 1980 + (place % 3),
      popularity: 45 - place,
    },
    ['Ann Lee'],
  ),
);

/** Few films, with what a page can stumble over. */
export const SOME_FILMS: readonly Film[] = [
  film(
    {
      id: 'Q47703',
      imdbId: 'tt0068646',
      title: 'The Godfather',
      year: 1972,
      genres: ['Crime', 'Drama'],
      runtimeMinutes: 175,
      countries: ['United States'],
      popularity: 153,
    },
    [COPPOLA],
  ),
  film({ id: 'Q184768', title: 'The Godfather Part II', year: 1974, popularity: 120 }, [COPPOLA]),
  film({ id: 'Q11621', title: 'Godzilla', year: 2014, genres: ['Sci-Fi'], popularity: 99 }, [
    'Gareth Edwards',
  ]),
  film({ id: 'Q484048', title: 'Amélie', year: 2001, genres: ['Romance'], popularity: 140 }, [
    'Jean-Pierre Jeunet',
  ]),
  film({ id: 'Q1', title: '<b>Tags</b> & "Quotes"', year: 1990, popularity: 5 }, [
    '<i>Mallory</i>',
    "O'Brien",
  ]),
  film({
    id: 'Q2',
    title: 'Nothing Known',
    year: null,
    genres: [],
    runtimeMinutes: null,
    countries: [],
    popularity: 0,
  }),
  film({ id: 'Q3', title: 'Everyone', year: 2008, popularity: 3 }, ['One', 'Two', 'Three', 'Four', 'Five']),
  ...DRAGONS,
];
