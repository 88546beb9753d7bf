import type { Clock } from './clock.ts';
import type { Server } from './server.ts';

/** Servers and times of a {@link ProbeLoop}. */
export interface ProbeLoopOptions {
  readonly servers: readonly Server[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxLagMs: number;
  readonly clock: Clock;
  /** A probe of a server has ended. */
  onProbed(): void;
}

/** Probes each server at an interval; a slow one does not hold up the others. */
export class ProbeLoop {
  readonly #options: ProbeLoopOptions;
  readonly #stopping = new AbortController();
  #loops: readonly Promise<void>[] = [];

  constructor(options: ProbeLoopOptions) {
    this.#options = options;
  }

  /** Begins; a further call does nothing. */
  start(): void {
    if (this.#loops.length > 0) return;
    this.#loops = this.#options.servers.map((server) => this.#run(server));
  }

  /** Ends; resolves when no probe is waited for any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  /**
   * How far a server is behind the newest beat of all, in steps of the time between beats. As all fall behind together where the primary is
   * dead, its death leaves none out.
   */
  lagMs({ observation }: Server): number | undefined {
    return observation && this.#newestBeatMs() - observation.beatMs;
  }

  async #run(server: Server): Promise<void> {
    const { clock, intervalMs, timeoutMs, maxLagMs, onProbed } = this.#options;
    const stopping = this.#stopping.signal;
    await server.connect(timeoutMs, stopping);
    while (!stopping.aborted) {
      const sinceMs = clock.nowMs();
      await server.probe({ timeoutMs, maxLagMs, newestBeatMs: () => this.#newestBeatMs(), stopping });
      onProbed();
      await clock.sleep(Math.max(0, sinceMs + intervalMs - clock.nowMs()), stopping);
    }
  }

  #newestBeatMs(): number {
    return Math.max(...this.#options.servers.map(({ observation }) => observation?.beatMs ?? 0));
  }
}
