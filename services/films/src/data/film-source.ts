import type { Film } from './film.ts';

/** Where films of an import come from. */
export interface FilmSource {
  /** For people, and to see whether the films that are there came from the same: kept with the version. */
  readonly name: string;
  /**
   * Reads the films, from the first one at each call. No two have the same id, and a film has no director twice.
   * @throws FilmsFileError while reading, if what was read until then is of no use
   */
  films(): AsyncIterable<Film> | Iterable<Film>;
}
