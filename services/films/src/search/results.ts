/** What can run statements of one version of the films, on one server. */
export interface VersionReader {
  readonly version: number;
  query<Row>(statement: {
    readonly text: string;
    readonly values: readonly unknown[];
  }): Promise<readonly Row[]>;
}

/** A director as answers have it. */
export interface DirectorEntry {
  readonly id: string;
  readonly name: string;
}

/** A film as answers have it. */
export interface FilmEntry {
  readonly id: string;
  readonly imdbId: string;
  readonly title: string;
  readonly year: number | null;
  readonly directors: readonly DirectorEntry[];
  readonly genres: readonly string[];
  readonly runtimeMinutes: number | null;
  readonly countries: readonly string[];
  readonly popularity: number;
}

/** A person as answers have it. */
export interface PersonEntry extends DirectorEntry {
  /** Films that this person directed. */
  readonly films: number;
}

/** A page of results. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** Query that was searched for instead, where the one that was asked has words that are in no text. */
  readonly corrected: string | undefined;
  /** Where the page ends; undefined where nothing follows. */
  readonly end: import('./cursor.ts').Place | undefined;
}
