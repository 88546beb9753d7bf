import { backOffMs, pause } from '@caudal/common/back-off';
import { errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { SendResult } from './settlement.ts';
import type { MailSession, OpenSession } from './smtp-session.ts';

/** A mail that a session sends. */
export interface SendJob {
  /** Renders and sends the mail over a session; never throws. */
  run(session: MailSession): Promise<SendResult>;
}

/** Dependencies of {@link SessionPool}. */
export interface SessionPoolOptions {
  readonly open: OpenSession;
  readonly size: number;
  readonly logger: Logger;
  /** Waits for the next mail; undefined if there was none when the signal aborted. */
  next(signal: AbortSignal): Promise<SendJob | undefined>;
  /** Called when the first session opens, and when the last one closes. */
  onChange(isUp: boolean): void;
}

/** Longest wait between two attempts to connect, ms. */
const LONGEST_WAIT_MS = 5_000;
const FIRST_WAIT_MS = 200;
/** A session that was closed within this time, ms, before it sent a mail, is of no use. */
const SHORT_MS = 1_000;
/** Time without a mail after which the server is asked whether it is there, ms. */
const PROBE_MS = 20_000;

/**
 * Sessions with the mail server that take mails as they come. Each is opened again when it is lost, after a wait that grows while
 * the server does not take anything; a session that waits for an answer keeps no other from its mails.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #stopping = new AbortController();
  readonly #sessions = new Set<MailSession>();
  #slots: readonly Promise<void>[] = [];
  #lastReason: string | undefined;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  start(): void {
    this.#slots = Array.from({ length: this.#options.size }, () => this.#keepOpen());
  }

  /** Number of open sessions. */
  get open(): number {
    return this.#sessions.size;
  }

  /** Why no session is open, as far as that is known. */
  get unreadyReason(): string | undefined {
    return this.open > 0 ? undefined : (this.#lastReason ?? 'not connected');
  }

  /** Lets mails that are being sent end, then closes all sessions. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#slots);
  }

  async #keepOpen(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const reason = await this.#useOne();
      failures = reason === undefined ? 0 : failures + 1;
      if (failures > 0) await pause(backOffMs(failures, FIRST_WAIT_MS, LONGEST_WAIT_MS), signal);
    }
  }

  /** Opens a session and uses it for as long as it lasts; returns why the server is of no use, if it has taken nothing. */
  async #useOne(): Promise<string | undefined> {
    let session: MailSession;
    try {
      session = await this.#options.open();
    } catch (error) {
      return this.#report(errorMessage(error));
    }
    this.#add(session);
    const openedAt = performance.now();
    let sent = 0;
    let lastFailure: string | undefined;
    while (!session.closed.aborted && !this.#stopping.signal.aborted) {
      const signal = AbortSignal.any([session.closed, this.#stopping.signal, AbortSignal.timeout(PROBE_MS)]);
      const job = await this.#options.next(signal);
      if (job === undefined) {
        if (!session.closed.aborted && !this.#stopping.signal.aborted) await session.probe();
        continue;
      }
      const result = await job.run(session);
      sent += 1;
      lastFailure = result.kind === 'returned' || result.kind === 'unknown' ? result.reason : undefined;
    }
    if (sent === 0 && session.closed.aborted && performance.now() - openedAt < SHORT_MS)
      lastFailure = 'it closes connections at once';
    session.close();
    this.#sessions.delete(session);
    if (lastFailure !== undefined) this.#report(lastFailure);
    if (this.#sessions.size === 0) this.#options.onChange(false);
    return lastFailure;
  }

  #add(session: MailSession): void {
    this.#sessions.add(session);
    if (this.#sessions.size > 1) return;
    this.#options.logger.info('mail server connected');
    this.#lastReason = undefined;
    this.#options.onChange(true);
  }

  /** One line for each reason in a row: every session fails for the same one, usually. */
  #report(reason: string): string {
    if (reason !== this.#lastReason && !this.#stopping.signal.aborted)
      this.#options.logger.warn({ reason }, 'mail server does not take mails: waiting');
    this.#lastReason = reason;
    return reason;
  }
}
