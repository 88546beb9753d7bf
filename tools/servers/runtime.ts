import type { OnProgress } from '../lib/progress.ts';
import type { ServerName } from './descriptions/index.ts';

/** Time for a server to exit or stop after a signal, ms. */
export const signalTimeoutMs = 30_000;

/** Runs the servers as local processes or as containers. */
export interface Runtime {
  readonly kind: 'processes' | 'compose';
  /** Fetches or builds the server's files; takes seconds to minutes the first time. */
  prepare(name: ServerName): Promise<void>;
  /** Starts a server that is not running, without waiting until it answers. */
  launch(name: ServerName, background: boolean): Promise<void>;
  /** Process ID of a running or suspended server; undefined if not running. */
  pid(name: ServerName): number | undefined;
  /** Whether the server is suspended by SIGSTOP. */
  isStopped(name: ServerName): boolean;
  /** Sends a signal; resolves when the server has exited, for SIGSTOP when it is suspended, for SIGCONT immediately. */
  signal(name: ServerName, signal: NodeJS.Signals): Promise<void>;
  /** Runs one of the server's own tools as its user; resolves with the output. */
  execute(name: ServerName, command: readonly [string, ...string[]]): Promise<string>;
  /** Last lines of the server's log. */
  logTail(name: ServerName): Promise<string>;
  /** Removes data stored outside the data directory. */
  wipe(): Promise<void>;
  /** Removes the remains of stopped servers, but not their data. */
  remove(): Promise<void>;
}

/** Options of a runtime. */
export interface RuntimeOptions {
  readonly dataDirectory: string;
  readonly scrapeIntervalSeconds: number;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}
