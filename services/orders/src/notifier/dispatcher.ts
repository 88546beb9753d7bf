import { randomUUID } from 'node:crypto';
import { errorMessage } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import type { Persist } from '../database/persist.ts';
import { Loop } from '../loop.ts';
import { JobQueue } from './job-queue.ts';
import type { LeasedMail, MailBook, MailContent } from './mail-book.ts';
import type { MailMetrics } from './metrics.ts';
import { type SendJob, SessionPool } from './session-pool.ts';
import { type SendResult, settlementBefore, settlementOf } from './settlement.ts';
import { Settler } from './settler.ts';
import type { MailSession, OpenSession } from './smtp-session.ts';

/** Dependencies and settings of {@link Dispatcher}. */
export interface DispatcherOptions {
  readonly book: MailBook;
  readonly open: OpenSession;
  /** Renders the bytes of a mail, the same ones for every attempt. */
  readonly render: (mail: MailContent) => Promise<Buffer>;
  readonly connections: number;
  readonly maxAttempts: number;
  readonly lease: {
    /** Time for which mails are leased, ms. */
    readonly leaseMs: number;
    /** Longest time to send one and to write that down, ms: what has less left is not begun. */
    readonly sendMs: number;
  };
  readonly persist: Persist;
  readonly metrics: MailMetrics;
  readonly logger: Logger;
  /** Called for an unrecoverable error: the process should exit and be restarted. */
  readonly onFatal: (error: unknown) => void;
}

/** A mail in hand. */
interface Job extends SendJob {
  /** It is not begun: gives it back. */
  giveBack(reason: string): void;
}

/** Mails leased for each open session: enough to be busy while the database is asked for more. */
const MAILS_PER_SESSION = 16;
/** Longest time between two looks for due mails, ms. */
const LOOK_MS = 500;
/** Time for the database to come back and take the last outcomes when this process stops, ms. */
const FLUSH_MS = 3_000;

/**
 * Sends mails: leases what is due, as many as the open sessions can be busy with, and writes down what became of each. Without a
 * session nothing is leased. Neither a mail that is refused nor a session without an answer keeps other mails waiting.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #giveUp = new AbortController();
  readonly #queue = new JobQueue<Job>();
  readonly #pool: SessionPool;
  readonly #settler: Settler;
  readonly #leasing: Loop;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#leasing = new Loop({
      name: 'mails',
      logger: options.logger,
      onFatal: options.onFatal,
      onRetry: (error) => options.metrics.retried(error),
      step: () => this.#leaseSome(),
    });
    this.#pool = new SessionPool({
      open: options.open,
      size: options.connections,
      logger: options.logger,
      next: (signal) => {
        const job = this.#queue.take(signal);
        this.#wakeIfHungry();
        return job;
      },
      onChange: (isUp) => {
        if (isUp) this.wake();
        else this.#giveBackAll('the mail server is away');
      },
    });
    this.#settler = new Settler({
      book: options.book,
      persist: options.persist,
      onSettled: () => this.wake(),
      giveUp: this.#giveUp.signal,
    });
  }

  start(): void {
    this.#pool.start();
    this.#leasing.start();
  }

  /** Looks for due mails now. */
  wake(): void {
    this.#leasing.wake();
  }

  /** Whether the mail server takes mails. */
  isUp(): boolean {
    return this.#pool.open > 0;
  }

  /** Why it does not, as far as that is known. */
  unreadyReason(): string | undefined {
    return this.#pool.unreadyReason;
  }

  /** Begins no further mail, lets those in progress end, and writes their outcomes down. */
  async stop(): Promise<void> {
    const leased = this.#leasing.stop();
    this.#giveBackAll('stopping');
    await leased;
    this.#giveBackAll('stopping');
    await this.#pool.stop();
    const deadline = setTimeout(() => this.#giveUp.abort(), FLUSH_MS);
    try {
      await this.#settler.flush();
    } catch (error) {
      this.#options.logger.warn({ reason: errorMessage(error) }, 'outcomes not written down: leases run out');
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Leases mails for the sessions; returns the time until the next look, ms. */
  async #leaseSome(): Promise<number> {
    const wanted = this.#pool.open * MAILS_PER_SESSION - this.#queue.length;
    if (wanted <= 0) return LOOK_MS;
    const leaseId = randomUUID();
    const leasedAt = performance.now();
    const mails = await this.#options.book.lease(leaseId, wanted);
    this.#queue.add(mails.map((mail) => this.#jobOf(mail, leaseId, leasedAt)));
    if (!this.isUp()) this.#giveBackAll('the mail server is away');
    return LOOK_MS;
  }

  #wakeIfHungry(): void {
    if (this.#queue.length < (this.#pool.open * MAILS_PER_SESSION) / 2) this.wake();
  }

  #giveBackAll(reason: string): void {
    for (const job of this.#queue.takeAll()) job.giveBack(reason);
  }

  #jobOf(mail: LeasedMail, leaseId: string, leasedAt: number): Job {
    const { lease, maxAttempts, metrics } = this.#options;
    const settle = (result: SendResult): SendResult => {
      const settlement = settlementOf(mail, result, maxAttempts);
      metrics.attempted(settlement.outcome, mail.happenedAt);
      this.#settler.add(leaseId, settlement);
      return result;
    };
    return {
      giveBack: (reason) => void settle({ kind: 'returned', reason }),
      run: async (session) => {
        const hopeless = settlementBefore(mail, maxAttempts);
        if (hopeless) {
          metrics.attempted(hopeless.outcome, mail.happenedAt);
          this.#settler.add(leaseId, hopeless);
          return { kind: 'sent' };
        }
        // Another process may send it soon.
        if (performance.now() + lease.sendMs > leasedAt + lease.leaseMs)
          return settle({ kind: 'returned', reason: 'no time left' });
        return settle(await this.#send(session, mail));
      },
    };
  }

  async #send(session: MailSession, mail: LeasedMail): Promise<SendResult> {
    try {
      return await session.send(mail.recipient, await this.#options.render(mail));
    } catch (error) {
      // It cannot be rendered, however often: it must not keep others waiting.
      this.#options.logger.error({ err: error, orderId: mail.orderId }, 'mail cannot be rendered');
      return { kind: 'refused', isPermanent: true, reason: `cannot be rendered: ${errorMessage(error)}` };
    }
  }
}
