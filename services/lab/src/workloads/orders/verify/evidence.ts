import type { WrongAnswer } from './ledger.ts';

/** An order as the database has it. */
export interface StoredOrder {
  readonly id: string;
  readonly number: number;
  readonly gameId: number;
  readonly row: number;
  readonly name: string;
  readonly priceCents: number;
  readonly email: string;
  readonly language: string;
  readonly state: number;
  /** Its history as the rows have it, in the order of their times; ms since the epoch by the database's clock. */
  readonly events: readonly { readonly state: number; readonly atMs: number }[];
  /** Its mails as the sender keeps them. */
  readonly mails: readonly SentMail[];
}

/** A mail as its sender keeps it. */
export interface SentMail {
  readonly state: number;
  readonly status: string;
  /** Attempts without a known outcome: each may have left a copy. */
  readonly unknownAttempts: number;
}

/** An announcement of a state on the topic. */
export interface Announcement {
  readonly id: string;
  readonly state: number;
  readonly number: number;
  readonly gameId: number;
  readonly row: number;
  readonly name: string;
  readonly priceCents: number;
  readonly email: string;
  readonly atMs: number;
}

/** A mail as the mail server keeps it. */
export interface ReceivedMail {
  /** Without angle brackets; empty if it has none. */
  readonly messageId: string;
  /** Whom it was delivered to, and whom it says it is for. */
  readonly recipients: readonly string[];
  readonly headerRecipients: readonly string[];
  /** Message-ID that it answers, without angle brackets. */
  readonly inReplyTo: string | undefined;
  /** Subject and text, white space as single blanks. */
  readonly text: string;
  /** Of everything that was sent: copies have the same. */
  readonly digest: string;
  /** When the server had it on disk, ms since the epoch. */
  readonly atMs: number;
}

/** What is really there since a load began. */
export interface Evidence extends WrongAnswers {
  /** In the order of their numbers. */
  readonly orders: readonly StoredOrder[];
  /** Orders from before the load, among those that announcements and mails name. */
  readonly others: ReadonlySet<string>;
  /** States that are still to be announced. */
  readonly outbox: number;
  /** In the order of each partition. */
  readonly announcements: readonly Announcement[];
  /** In the order of their arrival. */
  readonly mails: readonly ReceivedMail[];
}

/** Answers of the API that were not right. */
export interface WrongAnswers {
  /** Those that the lab got itself, beside the load. */
  readonly wrongAnswers: readonly WrongAnswer[];
}

/** A game as the catalogue's file has it. */
export interface CatalogueGame {
  readonly id: number;
  readonly name: string;
  readonly priceCents: number;
}

/** Games by their row. */
export type CatalogueFile = ReadonlyMap<number, CatalogueGame>;
