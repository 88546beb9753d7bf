import type { Finding } from '@caudal/common/verdict';

/** Questions of a load and their answers, compared with the truth. */
export interface FilmsAccount {
  /** Questions in the ledger. */
  readonly asked: number;
  /** Those that had an answer, right or wrong: not `failed`. */
  readonly answered: number;
  /** Answered as the file of the films has it. */
  readonly right: number;
  /** Without an answer, or with one that says that there is none, after all attempts. */
  readonly failed: number;
  /** Failed at first, and were sent once more with success. */
  readonly savedByRetry: number;
  /** Questions by what a person would call them. */
  readonly byKind: Readonly<Record<string, number>>;
  /** Questions that differ. */
  readonly distinct: number;
  /** Pages after the first one of their search. */
  readonly laterPages: number;
  /** Versions of the films that answers were from. */
  readonly versions: readonly number[];
  readonly findings: readonly Finding[];
}

/** Which versions of the films there were. */
export interface KnownVersions {
  /** Current one when the load began. */
  readonly before: number;
  /** Current one when it had ended. */
  readonly after: number;
  /** All that were kept then. */
  readonly kept: readonly number[];
}

/** Where answers came from, by the services' own metrics. */
export interface FilmReads {
  /** Reads that a server answered: `replica-1`, `primary`. */
  readonly byServer: Readonly<Record<string, number>>;
  /** Sent once more, to another server. */
  readonly retries: number;
  /** Sent to the primary because no replica could take them. */
  readonly lastResort: number;
  /** Answered from memory. */
  readonly cacheHits: number;
}
