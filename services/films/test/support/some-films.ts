import { directorId } from '../../src/data/director-id.ts';
import type { Film } from '../../src/data/film.ts';
import type { FilmSource } from '../../src/data/film-source.ts';

/** A film with what matters to a test. */
export function filmOf(
  id: string,
  more: Partial<Omit<Film, 'directors'>> & { readonly by?: readonly string[] } = {},
): Film {
  const { by = [], ...rest } = more;
  return {
    id,
    imdbId: '',
    title: `Film ${id}`,
    year: 1999,
    directors: by.map((name) => ({ id: directorId(name), name })),
    genres: [],
    runtimeMinutes: null,
    countries: [],
    popularity: 0,
    ...rest,
  };
}

/** A source of these films. */
export function sourceOf(name: string, films: readonly Film[]): FilmSource {
  return { name, films: () => films };
}

/** A source of many films that stops half-way until `resume` is called. */
export function haltingSource(name: string, count: number) {
  const [halted, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const source: FilmSource = {
    name,
    films: async function* () {
      for (let number = 1; number <= count; number += 1) {
        if (number === Math.ceil(count / 2) + 1) {
          halted.resolve();
          await resumed.promise;
        }
        yield filmOf(`F${number}`, { title: `${name} ${number}`, by: [`Director of ${name}`] });
      }
    },
  };
  return { source, halted: halted.promise, resume: () => resumed.resolve() };
}
