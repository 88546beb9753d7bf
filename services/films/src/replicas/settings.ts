import type { PostgresqlSettings } from '@caudal/common/postgresql';
import type { ServerName } from './film-reader.ts';

/** A server that has films. */
export interface FilmServerSettings {
  readonly name: ServerName;
  /** Its pool has at least 2 connections: one of them is kept for probes. */
  readonly settings: PostgresqlSettings;
}

/** How a process reads films from several servers. */
export interface FilmReaderSettings {
  /** The primary, which gets the beats, and its replicas. Without any replica, the primary is read. */
  readonly servers: readonly FilmServerSettings[];
  /** Time for an answer, with all attempts. */
  readonly deadlineMs: number;
  /** Time for an attempt at one server. */
  readonly attemptMs: number;
  /** Time from one probe of a server to the next. */
  readonly probeIntervalMs: number;
  /** Time for a probe; a server that needs longer is left out. */
  readonly probeTimeoutMs: number;
  /** A replica that is further behind is left out. */
  readonly maxLagMs: number;
  /** Whether the primary is read where no replica can take a read. */
  readonly primaryReads: 'on' | 'off';
}
