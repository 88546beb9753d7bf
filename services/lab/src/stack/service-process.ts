import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import { identifyProcess, type ProcessIdentity } from '../../../../tools/lib/process-identity.ts';
import type { Variables } from './service-spec.ts';

/** Options of a service process. */
export interface ServiceProcessOptions {
  readonly name: string;
  /** Absolute path of the program. */
  readonly program: string;
  readonly environment: Variables;
  /** Port of `/readyz` and `/metrics`. */
  readonly operationsUrl: string;
  /** Appended to. */
  readonly logFile: string;
  /** Called with a line of text for every start and unexpected exit. */
  readonly onEvent: (line: string) => void;
  /** Called when the process ID changes. */
  readonly onChange: () => void;
  /** SIGKILL follows SIGTERM after this long, ms. Default 30,000. */
  readonly stopTimeoutMs?: number;
}

const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 5_000;
/** A process that ran for this time counts as healthy: its restart delay starts over. */
const HEALTHY_AFTER_MS = 10_000;
const STOP_TIMEOUT_MS = 30_000;
/** Makes the kernel end a process when its parent ends. */
const SETPRIV = '/usr/bin/setpriv';

/**
 * Runs a service as a child process and restarts it with a growing delay when it exits or is killed, as a kubelet does.
 * It has its own session, so that Ctrl-C reaches only the supervisor, and dies with the supervisor where the system
 * supports that.
 */
export class ServiceProcess {
  readonly name: string;
  readonly operationsUrl: string;
  readonly #options: ServiceProcessOptions;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #supervision: Promise<void> = Promise.resolve();
  #starts = 0;
  #lastEnd = 'never started';

  constructor(options: ServiceProcessOptions) {
    this.name = options.name;
    this.operationsUrl = options.operationsUrl;
    this.#options = options;
  }

  /** The running process; undefined before a restart. */
  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }

  /** Number of restarts. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  /** Starts and supervises the process. */
  start(): void {
    this.#supervision = this.#supervise();
  }

  /** Sends a signal to the running process; false when none is running. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /**
   * Resolves when `/readyz` answers 200.
   * @throws Error with its last answer and the end of the log after `timeoutMs`.
   */
  async untilReady(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    let last = 'no answer yet';
    for (;;) {
      signal?.throwIfAborted();
      const answer = await this.readiness();
      if (answer.ready) return;
      last = answer.detail;
      if (performance.now() > deadline) break;
      await sleep(50, undefined, signal ? { signal } : {});
    }
    const log = await readFile(this.#options.logFile, 'utf8').catch(() => '');
    const tail = log.trimEnd().split('\n').slice(-8).join('\n');
    throw new Error(
      `${this.name} is not ready after ${timeoutMs / 1_000} s. /readyz: ${last}\nend of ${this.#options.logFile}:\n${tail}`,
    );
  }

  /** Current answer of `/readyz`. */
  async readiness(): Promise<{ readonly ready: boolean; readonly detail: string }> {
    try {
      const response = await fetch(`${this.operationsUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
      return { ready: response.ok, detail: (await response.text()).trim() };
    } catch (error) {
      return { ready: false, detail: `no answer (${errorMessage(error)})` };
    }
  }

  /**
   * Sends SIGTERM and lets it drain, then SIGKILL if it does not exit in time. Does not restart it.
   * @returns how its last process ended: `status 0` after a complete drain, otherwise another status or the signal
   */
  async stop(): Promise<string> {
    this.#stopping.abort();
    this.signal('SIGTERM');
    // A process held by SIGSTOP handles SIGTERM only after SIGCONT.
    this.signal('SIGCONT');
    const { stopTimeoutMs = STOP_TIMEOUT_MS } = this.#options;
    const killer = setTimeout(() => {
      this.#options.onEvent(`${this.name} did not exit within ${stopTimeoutMs / 1_000} s: killed`);
      this.signal('SIGKILL');
    }, stopTimeoutMs);
    await this.#supervision;
    clearTimeout(killer);
    return this.#lastEnd;
  }

  async #supervise(): Promise<void> {
    let pauseMs = FIRST_RESTART_MS;
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const ended = await this.#runOnce();
      this.#lastEnd = ended;
      if (this.#stopping.signal.aborted) break;
      if (performance.now() - startedAt > HEALTHY_AFTER_MS) pauseMs = FIRST_RESTART_MS;
      this.#options.onEvent(`${this.name} exited (${ended}): restarting`);
      await sleep(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      pauseMs = Math.min(MAX_RESTART_MS, pauseMs * 2);
    }
  }

  /** Resolves with how the process ended. */
  async #runOnce(): Promise<string> {
    const node = [process.execPath, '--disable-warning=TimeoutNegativeWarning', this.#options.program];
    const [command = '', ...args] = existsSync(SETPRIV)
      ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...node]
      : node;
    const log = openSync(this.#options.logFile, 'a', 0o600);
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      // No inherited variables: the service must not depend on this shell.
      env: { ...this.#options.environment },
    });
    closeSync(log);
    this.#starts += 1;
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    this.#options.onChange();
    try {
      const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal ?? `status ${code}`;
    } catch (error) {
      return errorMessage(error);
    } finally {
      this.#child = undefined;
      this.#identity = undefined;
      if (!this.#stopping.signal.aborted) this.#options.onChange();
    }
  }
}
