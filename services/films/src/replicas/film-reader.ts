import type { VersionReader } from '../search/results.ts';

/** A server that films are read from. */
export type ServerName = 'primary' | `replica-${number}`;

/** What a read found, and where. */
export interface Reading<Result> {
  readonly server: ServerName;
  readonly version: number;
  readonly result: Result;
}

/** What one read asks for. */
export interface ReadRequest<Result> {
  /** Version of the films; the current one of the server that is chosen where it is undefined. */
  readonly at?: number | undefined;
  /** Time that is left for an answer, with all attempts. Default: the deadline of the configuration. */
  readonly deadlineMs?: number | undefined;
  /** Reads only; may run twice, at two servers. */
  work(reader: VersionReader): Promise<Result>;
}

/** Reads films from one of several servers that have the same. */
export interface FilmReader {
  /**
   * @throws VersionGoneError for an `at` that no server has
   * @throws AppError `STORE_UNAVAILABLE`, retriable, where no server answered before the deadline
   */
  read<Result>(request: ReadRequest<Result>): Promise<Reading<Result>>;
  /** Version that a read would have now, without a read; undefined while none is known. */
  currentVersion(): number | undefined;
  /** Whether a server with a current version takes reads. */
  isReady(): boolean;
}

/** The version that was asked for is on no server: it was replaced twice since, or never was. */
export class VersionGoneError extends Error {
  override readonly name = 'VersionGoneError';
  readonly version: number;

  constructor(version: number) {
    super(`version ${version} of the films is not kept`);
    this.version = version;
  }
}
