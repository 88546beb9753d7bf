import type { FilmEntry, PersonEntry } from '../search/results.ts';

/** Answer of `GET /films`. */
export interface FilmsAnswer {
  readonly version: number;
  /** Query that was searched for instead; null where it is the one that was asked. */
  readonly corrected: string | null;
  readonly films: readonly FilmEntry[];
  /** Path of the next page; null after the last one. */
  readonly next: string | null;
}

/** Answer of `GET /films/{id}`. */
export interface FilmAnswer {
  readonly version: number;
  readonly film: FilmEntry;
}

/** Answer of `GET /directors`. */
export interface DirectorsAnswer {
  readonly version: number;
  readonly corrected: string | null;
  readonly directors: readonly PersonEntry[];
  readonly next: string | null;
}

/** Answer of `GET /directors/{id}/films`. */
export interface DirectorAnswer {
  readonly version: number;
  readonly director: PersonEntry;
  readonly films: readonly FilmEntry[];
  readonly next: string | null;
}

/** An answer, and what gave it: a server or the cache. */
export interface Answered<Answer> {
  readonly answer: Answer;
  /** As in the header `Caudal-Answered-By`. */
  readonly answeredBy: string;
}

/**
 * What the page asks: the questions of the API, with their queries as a client sends them. Each is refused with a `ProblemError`, as the
 * API refuses it: 400 for a bad query, 404 for an unknown id, 410 for a version that is gone, 503 where no server answered in time.
 */
export interface FilmQuestions {
  searchFilms(query: URLSearchParams): Promise<Answered<FilmsAnswer>>;
  searchDirectors(query: URLSearchParams): Promise<Answered<DirectorsAnswer>>;
  film(id: string, query: URLSearchParams): Promise<Answered<FilmAnswer>>;
  director(id: string, query: URLSearchParams): Promise<Answered<DirectorAnswer>>;
}
