import { randomBytes } from 'node:crypto';
import { AppError, errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { BatchOutcome, DeliveryBatch, LogState } from '@caudal/common/messaging';
import type { CountStore } from '@caudal/common/stores';
import { type Attempt, decodeAttempt, encodeAttempt } from './attempt.ts';
import { backOff } from './back-off.ts';
import { Gate } from './gate.ts';

/** Number of processes that crashed on a batch before its messages are handled one by one. */
export const BATCH_CRASHES = 2;
/** Number of processes that crashed on a message handled alone before it is parked. */
export const LONE_CRASHES = 3;

/** Handlers that the guard calls. */
export interface GuardedHandlers {
  /** Handles a batch unchanged. */
  handle(batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome>;
  /** Parks a batch's only message without decoding it, and stores its position. */
  parkUnread(batch: DeliveryBatch, reason: string, stopping: AbortSignal): Promise<BatchOutcome>;
}

/** State of a source: the store's record, and whether its first batch is still to come. */
interface SourceState {
  attempt: Attempt | undefined;
  isFresh: boolean;
}

/**
 * Keeps a message that kills its consumer from blocking its partition indefinitely: a log has no delivery limit.
 *
 * Records the first batch of a source after each assignment in the store before handling it. A record that remains although
 * its process has ended means a crash: a process that ends otherwise (stops, loses the partition, finds the store away)
 * removes its record, and storing the batch moves past it. After {@link BATCH_CRASHES} crashes on a batch its messages are
 * handled one by one, each recorded, and each with nothing else in progress in this process, so that a crash cannot have
 * another cause. After {@link LONE_CRASHES} of them the message is parked unread.
 */
export class KillerGuard {
  readonly #handlers: GuardedHandlers;
  readonly #store: Pick<CountStore, 'logStates' | 'noteAttempt'>;
  readonly #logger: Logger;
  readonly #process: string;
  readonly #sources = new Map<string, SourceState>();
  readonly #gate = new Gate();

  constructor(options: {
    readonly handlers: GuardedHandlers;
    readonly store: Pick<CountStore, 'logStates' | 'noteAttempt'>;
    readonly logger: Logger;
    /** Unique name of this process. Default: random. */
    readonly process?: string;
  }) {
    this.#handlers = options.handlers;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#process = options.process ?? randomBytes(6).toString('hex');
  }

  /** Takes over the store's records of newly assigned sources. */
  assigned(states: ReadonlyMap<string, LogState>): void {
    for (const [source, { attempt }] of states)
      this.#sources.set(source, { attempt: decodeAttempt(attempt), isFresh: true });
  }

  /** Handles a batch; that of a queue without checks, because its broker counts deliveries itself. */
  async handle(batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome> {
    const { position, firstOffset: first } = batch;
    const state = position && this.#sources.get(position.source);
    if (!state || first === undefined || !position) return this.#handlers.handle(batch, stopping);
    const { source, next } = position;
    const until = this.#suspectedUntil(state, first);
    if (until !== undefined) return this.#handleOneByOne(batch, source, until, stopping);
    return this.#gate.shared(async () => {
      if (!state.isFresh) return this.#handlers.handle(batch, stopping);
      const earlier = state.attempt?.at === first && !state.attempt.isAlone ? state.attempt : undefined;
      const attempt = {
        at: first,
        until: Math.max(next, earlier?.until ?? 0),
        isAlone: false,
        processes: this.#withThis(earlier),
      };
      const outcome = await this.#attempt(batch, source, attempt, stopping);
      if (outcome.kind === 'stored') state.isFresh = false;
      return outcome;
    });
  }

  /** Offset up to which messages are handled one by one; undefined if none is suspected. */
  #suspectedUntil({ attempt }: SourceState, first: number): number | undefined {
    if (!attempt || first < attempt.at || first >= attempt.until) return undefined;
    if (attempt.isAlone) return attempt.until;
    return attempt.at === first && this.#crashes(attempt) >= BATCH_CRASHES ? attempt.until : undefined;
  }

  async #handleOneByOne(
    batch: DeliveryBatch,
    source: string,
    until: number,
    stopping: AbortSignal,
  ): Promise<BatchOutcome> {
    for (let index = 0; index < batch.bodies.length; index += 1) {
      const message = sliceOf(batch, index, index + 1);
      const at = message.firstOffset ?? 0;
      if (at >= until) return this.handle(sliceOf(batch, index, batch.bodies.length), stopping);
      const outcome = await this.#gate.alone(() =>
        this.#handleAlone(message, source, { at, until }, stopping),
      );
      if (outcome.kind !== 'stored') return outcome;
    }
    return { kind: 'stored' };
  }

  async #handleAlone(
    message: DeliveryBatch,
    source: string,
    { at, until }: Pick<Attempt, 'at' | 'until'>,
    stopping: AbortSignal,
  ): Promise<BatchOutcome> {
    if (stopping.aborted) throw new AppError('STOPPING', 'stopping before a suspected message');
    const noted = this.#sources.get(source)?.attempt;
    const earlier = noted?.isAlone && noted.at === at ? noted : undefined;
    const crashes = this.#crashes(earlier);
    if (crashes >= LONE_CRASHES) {
      const reason = `killed its consumer ${crashes} times while it was handled alone`;
      this.#logger.error({ source, offset: at, crashes }, 'message kills its consumer: parking it unread');
      return this.#handlers.parkUnread(message, reason, stopping);
    }
    this.#logger.warn({ source, offset: at, until, crashes }, 'handling a suspected message alone');
    const attempt = { at, until, isAlone: true, processes: this.#withThis(earlier) };
    return this.#attempt(message, source, attempt, stopping);
  }

  /** Records an attempt, handles the batch, and removes the record if the batch was neither stored nor ended by a defect. */
  async #attempt(
    batch: DeliveryBatch,
    source: string,
    attempt: Attempt,
    stopping: AbortSignal,
  ): Promise<BatchOutcome> {
    const state = this.#sources.get(source);
    if (state) state.attempt = attempt;
    await this.#note(source, attempt);
    let isLost = false;
    const watched: DeliveryBatch = {
      ...batch,
      keepAlive: () =>
        batch.keepAlive().catch((error: unknown) => {
          isLost = true;
          throw error;
        }),
    };
    try {
      const outcome = await this.#handlers.handle(watched, stopping);
      if (outcome.kind !== 'stored') await this.#takeBack(source, stopping);
      return outcome;
    } catch (error) {
      // Any other error is a defect that ends this process: as good as a crash.
      if (isLost || error instanceof AppError) await this.#takeBack(source, stopping);
      throw error;
    }
  }

  /** Fails only if the store is away: then nothing can be stored, and no attempt is counted. */
  async #note(source: string, attempt: Attempt): Promise<void> {
    try {
      await this.#store.noteAttempt(source, encodeAttempt(attempt));
    } catch (error) {
      this.#logger.debug({ source, reason: errorMessage(error) }, 'attempt not recorded');
    }
  }

  /** Removes this process's record; if that fails, retries in the background until this process stops. */
  async #takeBack(source: string, stopping: AbortSignal): Promise<void> {
    if (await this.#tryToTakeBack(source)) return;
    void (async () => {
      for (let tries = 1; !stopping.aborted; tries += 1) {
        await backOff(tries, stopping);
        if (await this.#tryToTakeBack(source)) return;
      }
    })();
  }

  async #tryToTakeBack(source: string): Promise<boolean> {
    try {
      const noted = decodeAttempt((await this.#store.logStates([source])).get(source)?.attempt ?? '');
      if (!noted?.processes.includes(this.#process)) return true;
      const processes = noted.processes.filter((name) => name !== this.#process);
      await this.#store.noteAttempt(source, encodeAttempt({ ...noted, processes }));
      return true;
    } catch (error) {
      this.#logger.debug({ source, reason: errorMessage(error) }, 'attempt record not removed');
      return false;
    }
  }

  /** Number of other processes that crashed on this attempt. */
  #crashes(attempt: Attempt | undefined): number {
    return attempt?.processes.filter((name) => name !== this.#process).length ?? 0;
  }

  #withThis(attempt: Attempt | undefined): readonly string[] {
    return [...(attempt?.processes.filter((name) => name !== this.#process) ?? []), this.#process];
  }
}

function sliceOf(batch: DeliveryBatch, from: number, to: number): DeliveryBatch {
  if (!batch.slice) throw new TypeError('a batch of a log can be sliced');
  return from === 0 && to === batch.bodies.length ? batch : batch.slice(from, to);
}
