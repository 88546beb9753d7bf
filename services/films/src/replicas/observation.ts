/** What a probe has seen of a server. */
export interface Observation {
  /** Whether it follows a primary. */
  readonly isReplica: boolean;
  /** Its newest beat, by the primary's clock, as milliseconds since 1970. */
  readonly beatMs: number;
  /** The version that it has as its current one; undefined before the first import. */
  readonly current: number | undefined;
  /** All versions that it has whole, the current one too. */
  readonly kept: readonly number[];
}
