import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import { identifyProcess, type ProcessIdentity } from '../../../../tools/lib/process-identity.ts';
import type { Variables } from './service-environment.ts';

/** How one service process is run. */
export interface ServiceProcessOptions {
  readonly name: string;
  /** Absolute path of the program. */
  readonly program: string;
  readonly environment: Variables;
  /** Where `/readyz` and `/metrics` are. */
  readonly operationsUrl: string;
  /** Appended to. */
  readonly logFile: string;
  /** Told of every start and unexpected end, for a person. */
  readonly onEvent: (line: string) => void;
  /** Told whenever the process number changes. */
  readonly onChange: () => void;
  /** SIGKILL follows SIGTERM after this long, ms. Default 30,000. */
  readonly stopTimeoutMs?: number;
}

const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 5_000;
/** A process that ran for so long is taken for a healthy one when it ends. */
const HEALTHY_AFTER_MS = 10_000;
const STOP_TIMEOUT_MS = 30_000;
/** Makes the kernel end a process with its parent. */
const SETPRIV = '/usr/bin/setpriv';

/**
 * One service as a child process, started again with a growing pause whenever it ends by itself or is killed, as a
 * kubelet does. It is in a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone, and dies
 * with it where the system can do that.
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

  /** The running process; undefined between an end and the next start. */
  get identity(): ProcessIdentity | undefined {
    return this.#identity;
  }

  /** How often it was started again. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  /** Starts the process and its supervision. */
  start(): void {
    this.#supervision = this.#supervise();
  }

  /** Sends a signal to the running process; false when there is none at the moment. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /**
   * Resolves when `/readyz` answers 200.
   * @throws Error with its last answer and the end of the log, when it does not within `timeoutMs`.
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

  /** What `/readyz` says now. */
  async readiness(): Promise<{ readonly ready: boolean; readonly detail: string }> {
    try {
      const response = await fetch(`${this.operationsUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
      return { ready: response.ok, detail: (await response.text()).trim() };
    } catch (error) {
      return { ready: false, detail: `no answer (${errorMessage(error)})` };
    }
  }

  /**
   * Ends it by SIGTERM and lets it drain, or by SIGKILL if it does not end in time. It is not started again.
   * @returns how its last process ended: `status 0` after a complete drain, else another status or the signal
   */
  async stop(): Promise<string> {
    this.#stopping.abort();
    this.signal('SIGTERM');
    // A process held by SIGSTOP takes no SIGTERM before it goes on.
    this.signal('SIGCONT');
    const { stopTimeoutMs = STOP_TIMEOUT_MS } = this.#options;
    const killer = setTimeout(() => {
      this.#options.onEvent(`${this.name} did not end within ${stopTimeoutMs / 1_000} s: killed`);
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
      this.#options.onEvent(`${this.name} ended (${ended}): starting it again`);
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
      // Nothing is inherited: a service behaves the same whatever this shell has set.
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
