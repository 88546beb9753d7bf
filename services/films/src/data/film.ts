/** Who directed a film. */
export interface Director {
  /** The same for all films of one person, and over imports: {@link directorId} of the name, or the source's own id. */
  readonly id: string;
  readonly name: string;
}

/** A film as it is imported. */
export interface Film {
  /** Id in its source: a Wikidata item (`Q47703`) or an IMDb title (`tt0068646`). */
  readonly id: string;
  /** Id at IMDb; empty where it has none. */
  readonly imdbId: string;
  readonly title: string;
  /** Year of publication; null where it is unknown. */
  readonly year: number | null;
  /** In the order of the source; may be empty. */
  readonly directors: readonly Director[];
  readonly genres: readonly string[];
  readonly runtimeMinutes: number | null;
  readonly countries: readonly string[];
  /** How well known it is: results of a search come in this order. Number of reviews or votes; 0 where it is unknown. */
  readonly popularity: number;
}
