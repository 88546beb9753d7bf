import type { BatchPosition } from '@caudal/common/messaging';
import type { ConfirmationRecord, Language } from '../domain/records.ts';
import type { StateNumber } from '../domain/state.ts';
import type { TakeOutcome } from '../log/handle-records.ts';

/** What a mail says. */
export interface MailContent {
  /** UUID. */
  readonly orderId: string;
  readonly state: StateNumber;
  /** Number of the order, for people. */
  readonly number: number;
  /** Name of the game. */
  readonly name: string;
  readonly priceCents: number;
  readonly recipient: string;
  readonly language: Language;
  /** When the order reached the state, ms since the epoch. */
  readonly happenedAt: number;
}

/** A mail to be sent by whoever has its lease. */
export interface LeasedMail extends MailContent {
  /** Attempts so far that a server has answered or whose outcome is unknown. */
  readonly attempts: number;
  /** Attempts so far whose outcome is unknown: each may have delivered a copy. */
  readonly unknownAttempts: number;
}

/**
 * What became of an attempt: `sent`; `retry`: refused for now; `parked`: refused permanently; `unknown`: handed over, without an
 * answer; `returned`: not handed over, which is no attempt.
 */
export type Outcome = 'sent' | 'retry' | 'parked' | 'unknown' | 'returned';

/** The outcome of an attempt to send a mail. */
export interface Settlement {
  readonly orderId: string;
  readonly state: StateNumber;
  readonly outcome: Outcome;
  /** Why it was not sent. */
  readonly reason: string | null;
  /** Time until the next attempt, ms. */
  readonly delayMs: number;
}

/** Number of mails in each status, and the age of the oldest that could be sent. */
export interface MailFigures {
  readonly byStatus: Readonly<Record<string, number>>;
  readonly oldestDueSeconds: number;
}

/**
 * The mails that are to be sent. Each mail exists once, whoever takes it in how often; it is leased by one process at a time, and
 * never before the earlier mails of its order have left or are parked. A lease that ran out counts as an unknown attempt.
 */
export interface MailBook {
  /** Takes confirmations of one partition in, with its position: all or nothing. */
  takeIn(confirmations: readonly ConfirmationRecord[], position: BatchPosition): Promise<TakeOutcome>;
  /** Leases due mails, at most `maxMails`, under a new id. */
  lease(leaseId: string, maxMails: number): Promise<readonly LeasedMail[]>;
  /** Writes outcomes down; may be repeated. */
  settle(leaseId: string, settlements: readonly Settlement[]): Promise<void>;
  figures(): Promise<MailFigures>;
  /** Deletes some mails that ended long ago; returns whether there may be more. */
  expire(): Promise<boolean>;
}
