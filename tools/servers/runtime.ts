import type { OnProgress } from '../lib/progress.ts';
import type { ServerName } from './state.ts';

/** How long a server may take to end or stop after a signal. */
export const signalTimeoutMs = 30_000;

/** A way to run the servers: processes of this machine, or containers. */
export interface Runtime {
  readonly kind: 'processes' | 'compose';
  /** Fetches or builds what the server consists of; seconds to minutes the first time, nothing afterwards. */
  prepare(name: ServerName): Promise<void>;
  /** Starts a server that does not run. It need not answer yet. */
  launch(name: ServerName, background: boolean): Promise<void>;
  /** Process number of a running server, stopped or not; undefined where it does not run. */
  pid(name: ServerName): number | undefined;
  /** Whether the server is held by SIGSTOP. */
  isStopped(name: ServerName): boolean;
  /** Sends a signal; resolves when the server is gone, after SIGSTOP when it stands still, after SIGCONT at once. */
  signal(name: ServerName, signal: NodeJS.Signals): Promise<void>;
  /** Runs a program of the server's own tools beside it, as its user; gives what it wrote. */
  execute(name: ServerName, command: readonly [string, ...string[]]): Promise<string>;
  /** The last lines the server has logged. */
  logTail(name: ServerName): Promise<string>;
  /** Removes data that is kept outside the data directory. */
  wipe(): Promise<void>;
  /** Removes what is left of servers that have ended, but not their data. */
  remove(): Promise<void>;
}

/** What a runtime is made from. */
export interface RuntimeOptions {
  readonly dataDirectory: string;
  readonly scrapeIntervalSeconds: number;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}
