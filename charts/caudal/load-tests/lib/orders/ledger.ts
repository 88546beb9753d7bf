import type { Outcome } from '../outcome.ts';
import type { Wish } from './order.ts';

/** What is known of an order's cancel; `-` if none was asked for. */
export type CancelOutcome = 'cancelled' | 'kept' | 'unknown' | '-';

/** What is known of an order. */
export type OrderLine = {
  /** Its Idempotency-Key. */
  key: string;
  asked: Wish['asked'];
  outcome: Outcome;
  /** Undefined unless accepted. */
  id: string | undefined;
  cancel: CancelOutcome;
};

/**
 * Begins a line of the ledger in k6's log: `ORDER <key> <row> <email> <language> <outcome> <id|-> <cancel>`. An order has one before it
 * is sent (`unknown`), and one whenever more is known: the last line of a key counts.
 */
export const orderMark = 'ORDER';

/** Begins a line about an answer that was not about the order asked for: `WRONG-ORDER <key> <id> <what, in words>`. */
export const wrongOrderMark = 'WRONG-ORDER';

/** A part of a line: visible ASCII without blanks, as it was asked for as far as that is possible; `-` for nothing. */
function token(value: unknown): string {
  if (value === undefined || value === '') return '-';
  return encodeURIComponent(String(value)).replaceAll('%40', '@');
}

/** The line about an order. */
export function orderLine({ key, asked, outcome, id, cancel }: OrderLine): string {
  const parts = [asked.row, asked.email, asked.language].map(token);
  return [orderMark, key, ...parts, outcome, id ?? '-', cancel].join(' ');
}

/** The line about a wrong answer. @param what in words */
export function wrongOrderLine(key: string, id: string, what: string): string {
  return `${wrongOrderMark} ${key} ${id} ${what.replace(/[^\x20-\x7e]|["\\]/g, '?').slice(0, 200)}`;
}
