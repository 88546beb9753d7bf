import { AppError, errorMessage } from '@caudal/common/errors';
import type { Choice } from './choice.ts';
import type { Clock } from './clock.ts';
import { type FilmReader, type Reading, type ReadRequest, VersionGoneError } from './film-reader.ts';
import type { Attempt, Server } from './server.ts';
import { versionToRead } from './version-to-read.ts';

/** Servers and rules of a {@link Router}. */
export interface RouterOptions {
  readonly primary: Server;
  readonly replicas: readonly Server[];
  readonly primaryReads: 'on' | 'off';
  readonly readDeadlineMs: number;
  readonly readAttemptMs: number;
  readonly choice: Choice;
  readonly clock: Clock;
  readonly events: RouterEvents;
}

/** Hears of what becomes of reads. */
export interface RouterEvents {
  /** A read is sent once more, to another server. */
  onRetry(): void;
  /** A read is sent to the primary because no replica can take it. */
  onLastResort(): void;
}

/** A read on its way through servers. */
interface Progress {
  readonly at: number | undefined;
  readonly sinceMs: number;
  /** Without an answer. */
  readonly tried: readonly {
    readonly server: Server;
    readonly version: number;
    readonly attempt: Attempt<unknown>;
  }[];
}

/** What to do next with a read. */
type Step =
  | { readonly kind: 'ask'; readonly server: Server; readonly version: number }
  /** Until a probe changes something. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'give up' };

/** Most replicas that a read is sent to, before it goes to the primary. */
const MOST_REPLICAS = 2;

/** Sends each read to one of the servers, once more to another one if that fails, and at last to the primary. */
export class Router implements FilmReader {
  readonly #options: RouterOptions;
  readonly #waiting = new Set<() => void>();
  #version: number | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  currentVersion(): number | undefined {
    this.#version = versionToRead(
      this.#version,
      this.#takers().flatMap(({ observation }) => observation ?? []),
    );
    return this.#version;
  }

  isReady(): boolean {
    return this.currentVersion() !== undefined;
  }

  /** Lets reads that wait look again; called after each probe. */
  changed(): void {
    for (const look of this.#waiting) look();
  }

  async read<Result>({ at, deadlineMs, work }: ReadRequest<Result>): Promise<Reading<Result>> {
    const { clock, readAttemptMs, events } = this.#options;
    const sinceMs = clock.nowMs();
    const untilMs = sinceMs + (deadlineMs ?? this.#options.readDeadlineMs);
    let progress: Progress = { at, sinceMs, tried: [] };
    for (;;) {
      const leftMs = untilMs - clock.nowMs();
      const step: Step = leftMs > 0 ? this.#next(progress) : { kind: 'give up' };
      if (step.kind === 'gone' && at !== undefined) throw new VersionGoneError(at);
      if (step.kind === 'wait') {
        await this.#change(leftMs);
        continue;
      }
      if (step.kind !== 'ask') throw this.#unavailable(progress);
      const { server, version } = step;
      if (progress.tried.length > 0) events.onRetry();
      if (server === this.#options.primary && this.#options.replicas.length > 0) events.onLastResort();
      const attempt = await server.read(version, work, Math.min(readAttemptMs, leftMs));
      if (attempt.kind === 'answered') return { server: server.name, version, result: attempt.result };
      progress = { ...progress, tried: [...progress.tried, { server, version, attempt }] };
    }
  }

  #next(progress: Progress): Step {
    const { at, tried } = progress;
    const version = at ?? this.currentVersion();
    const ask =
      this.#ask(progress, (server) => (version !== undefined && server.has(version) ? version : undefined)) ??
      // One that is two imports ahead of or behind the others is better than none.
      (at === undefined ? this.#ask(progress, ({ observation }) => observation?.current) : undefined);
    if (ask !== undefined) return ask;
    if (at !== undefined && this.#isGone(at, progress)) return { kind: 'gone' };
    // A version that was replaced twice since the last probe: the next one shows which is there instead.
    const isReplaced = at === undefined && tried.every(isMissing);
    return tried.length === 0 || isReplaced ? { kind: 'wait' } : { kind: 'give up' };
  }

  /** Chooses a server that has a version to read. */
  #ask({ tried }: Progress, versionOf: (server: Server) => number | undefined): Step | undefined {
    const { primary, replicas, primaryReads, choice } = this.#options;
    const can = (server: Server): boolean =>
      server.takesReads() &&
      versionOf(server) !== undefined &&
      tried.every((one) => one.server !== server || (isMissing(one) && one.version !== versionOf(server)));
    const failed = tried.filter((one) => !isMissing(one));
    const [first, ...others] = failed.length < MOST_REPLICAS ? replicas.filter(can) : [];
    const lastResort = primaryReads === 'on' && can(primary) ? primary : undefined;
    const server = first === undefined ? lastResort : choice([first, ...others]);
    const version = server && versionOf(server);
    return server && version !== undefined ? { kind: 'ask', server, version } : undefined;
  }

  /** Whether no server has a version, and none is about to get it. */
  #isGone(at: number, { tried, sinceMs }: Progress): boolean {
    const { primary, replicas } = this.#options;
    const lacks = new Set(tried.filter(isMissing).map(({ server }) => server));
    if ([primary, ...replicas].some((server) => server.has(at) && !lacks.has(server))) return false;
    const takers = this.#takers();
    const newest = Math.max(...takers.map(({ observation }) => observation?.current ?? 0));
    if (at <= newest) return true;
    // It may have arrived since the last probes: another process has seen it.
    return takers.length > 0 && takers.every(({ observedSinceMs }) => observedSinceMs > sinceMs);
  }

  /** Servers that a read without a version may be sent to: replicas, or the primary where there are none. */
  #takers(): readonly Server[] {
    const { primary, replicas, primaryReads } = this.#options;
    const isTaker = (server: Server): boolean =>
      server.takesReads() && server.observation?.current !== undefined;
    const takers = replicas.filter(isTaker);
    return takers.length > 0
      ? takers
      : [primary].filter((server) => primaryReads === 'on' && isTaker(server));
  }

  /** Waits until a probe has ended. */
  async #change(atMostMs: number): Promise<void> {
    const ended = new AbortController();
    const look = (): void => ended.abort();
    this.#waiting.add(look);
    await this.#options.clock.sleep(atMostMs, ended.signal);
    this.#waiting.delete(look);
  }

  #unavailable({ tried }: Progress): AppError {
    const last = tried.at(-1);
    if (last === undefined)
      return new AppError('STORE_UNAVAILABLE', 'no server of the films takes reads', { retriable: true });
    const names = tried.map(({ server }) => server.name).join(', ');
    const cause = last.attempt.kind === 'failed' ? last.attempt.error : undefined;
    const reason = cause === undefined ? 'no answer in time' : errorMessage(cause);
    return new AppError('STORE_UNAVAILABLE', `the films cannot be read (asked: ${names}): ${reason}`, {
      retriable: true,
      cause,
    });
  }
}

/** Whether a server did not have the version that it was asked for. */
function isMissing({ attempt }: { readonly attempt: Attempt<unknown> }): boolean {
  return attempt.kind === 'failed' && attempt.failure === 'missing';
}
