import type { VersionReader } from '../search/results.ts';
import type { Choosable } from './choice.ts';
import type { Clock } from './clock.ts';
import { type Failure, failureOf } from './failure.ts';
import type { ServerName } from './film-reader.ts';
import { afterProbe, afterRead, type Health, type OutReason, problemOf } from './health.ts';
import { SmoothedLatency } from './latency.ts';
import type { ServerLink } from './link.ts';
import type { Observation } from './observation.ts';

/** How an attempt ended, if not by an error that is the caller's. */
export type Attempt<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: Exclude<Failure, 'question'>; readonly error: unknown }
  | { readonly kind: 'late' };

/** Hears of what happens at servers. */
export interface ServerEvents {
  /** An attempt has ended for the one who asked; `tookMs` since it was sent. */
  onRead(server: ServerName, outcome: Attempt<unknown>['kind'], tookMs: number): void;
  onOut(server: ServerName, reason: OutReason): void;
  onIn(server: ServerName): void;
}

/** The attempt has ended for the one who asked: what its work still wants is not sent. */
const ABANDONED = new Error('the attempt took too long');

/** A server as this process sees it: whether it is in, what it has, how fast it is. */
export class Server implements Choosable {
  readonly name: ServerName;
  readonly #link: ServerLink;
  readonly #clock: Clock;
  readonly #events: ServerEvents;
  readonly #latency = new SmoothedLatency();
  #health: Health = { kind: 'starting' };
  #observation: Observation | undefined;
  #observedSinceMs = Number.NEGATIVE_INFINITY;
  #inFlight = 0;
  #isProbing = false;

  constructor(options: {
    readonly name: ServerName;
    readonly link: ServerLink;
    readonly clock: Clock;
    readonly events: ServerEvents;
  }) {
    this.name = options.name;
    this.#link = options.link;
    this.#clock = options.clock;
    this.#events = options.events;
  }

  get health(): Health {
    return this.#health;
  }

  /** What the last good probe saw; undefined before it. Kept while the server is out. */
  get observation(): Observation | undefined {
    return this.#observation;
  }

  /** When the probe was sent that saw {@link observation}. */
  get observedSinceMs(): number {
    return this.#observedSinceMs;
  }

  /** Reads that the server has not answered, also those that were given up. */
  get inFlight(): number {
    return this.#inFlight;
  }

  latencyMs(): number {
    return this.#latency.valueMs(this.#clock.nowMs());
  }

  /** Whether a read can be sent now. */
  takesReads(): boolean {
    return this.#health.kind === 'in' && this.#link.isConnected();
  }

  has(version: number): boolean {
    return this.#observation?.kept.includes(version) ?? false;
  }

  /** Connects, and waits for that no longer than for a probe. */
  async connect(timeoutMs: number, stopping: AbortSignal): Promise<void> {
    const connected = this.#link.connect().catch(() => undefined);
    await this.#within(timeoutMs, connected, stopping);
  }

  /** Probes the server, which is left out where it does not answer in time. A late probe is waited for before the next one is sent. */
  async probe(limits: {
    readonly timeoutMs: number;
    readonly maxLagMs: number;
    /** Newest beat of all servers, asked for when this one's is known. */
    newestBeatMs(): number;
    readonly stopping: AbortSignal;
  }): Promise<void> {
    const observation = this.#isProbing ? undefined : await this.#observe(limits.timeoutMs, limits.stopping);
    if (limits.stopping.aborted) return;
    const role = this.name === 'primary' ? 'primary' : 'replica';
    const { maxLagMs } = limits;
    const problem = problemOf(observation, { role, newestBeatMs: limits.newestBeatMs(), maxLagMs });
    this.#becomes(afterProbe(this.#health, problem, this.#clock.nowMs()));
  }

  /**
   * Runs work on one version for at most `timeoutMs`; after that the server's answer is dropped.
   * @throws what `work` threw, where that is not the server's fault
   */
  async read<Result>(
    version: number,
    work: (reader: VersionReader) => Promise<Result>,
    timeoutMs: number,
  ): Promise<Attempt<Result>> {
    const abandoned = new AbortController();
    const sentMs = this.#clock.nowMs();
    this.#inFlight += 1;
    const done = this.#run(work, {
      version,
      query: async (statement) => this.#link.query(statement, abandoned.signal),
    });
    const attempt = (await this.#within(timeoutMs, done)) ?? { kind: 'late' };
    abandoned.abort(ABANDONED);
    const tookMs = this.#clock.nowMs() - sentMs;
    this.#latency.add(tookMs, this.#clock.nowMs());
    if (attempt.kind === 'question') throw attempt.error;
    this.#events.onRead(this.name, attempt.kind, tookMs);
    return attempt;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async #run<Result>(
    work: (reader: VersionReader) => Promise<Result>,
    reader: VersionReader,
  ): Promise<Attempt<Result> | { readonly kind: 'question'; readonly error: unknown }> {
    try {
      const result = await work(reader);
      this.#becomes(afterRead(this.#health, 'answered', this.#clock.nowMs()));
      return { kind: 'answered', result };
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'question') return { kind: 'question', error };
      if (failure === 'server') this.#becomes(afterRead(this.#health, 'error', this.#clock.nowMs()));
      return { kind: 'failed', failure, error };
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #observe(timeoutMs: number, stopping: AbortSignal): Promise<Observation | undefined> {
    const sentMs = this.#clock.nowMs();
    this.#isProbing = true;
    const probe = this.#link
      .probe()
      .catch(() => undefined)
      .finally(() => {
        this.#isProbing = false;
      });
    const observation = await this.#within(timeoutMs, probe, stopping);
    if (observation === undefined) return undefined;
    this.#observation = observation;
    this.#observedSinceMs = sentMs;
    return observation;
  }

  /** What `work` resolves to; undefined where it takes longer. Leaves no timer. */
  async #within<T>(timeoutMs: number, work: Promise<T>, stopping?: AbortSignal): Promise<T | undefined> {
    const ended = new AbortController();
    const signal = stopping === undefined ? ended.signal : AbortSignal.any([ended.signal, stopping]);
    const late = this.#clock.sleep(timeoutMs, signal).then(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      ended.abort();
    }
  }

  #becomes(health: Health): void {
    const before = this.#health;
    this.#health = health;
    if (health.kind === 'out' && before.kind !== 'out') this.#events.onOut(this.name, health.reason);
    if (health.kind === 'in' && before.kind !== 'in') this.#events.onIn(this.name);
  }
}
