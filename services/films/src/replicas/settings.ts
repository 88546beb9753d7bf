/** How a process reads films from several servers. */
export interface FilmReaderSettings {
  /** Shown in the servers' lists of clients. */
  readonly clientName: string;
  /** URL of the primary, which gets the beats and, with `primaryReads`, what no replica can take. */
  readonly primaryUrl: string;
  /** URLs of the replicas: the first is `replica-1`. Without any, the primary is read. */
  readonly replicaUrls: readonly string[];
  /** PEM of the servers' CA, which also asks for TLS. */
  readonly ca: string | undefined;
  /** Most connections to each server, at least 2: one of them is kept for probes. */
  readonly poolSize: number;
  /** Time for an answer, with all attempts. */
  readonly readDeadlineMs: number;
  /** Time for an attempt at one server. */
  readonly readAttemptMs: number;
  /** Time from one probe of a server to the next. */
  readonly probeIntervalMs: number;
  /** Time for a probe; a server that needs longer is left out. */
  readonly probeTimeoutMs: number;
  /** A replica that is further behind is left out. */
  readonly maxLagMs: number;
  /** Whether the primary is read where no replica can take a read. */
  readonly primaryReads: 'on' | 'off';
}
