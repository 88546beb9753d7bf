/** What an answer to a cancel promised: `-` when none was asked for. */
export type CancelOutcome = 'cancelled' | 'kept' | 'unknown' | '-';

/** An order of a load, as the load saw it. */
export interface OrderLine {
  /** Its Idempotency-Key. */
  readonly key: string;
  /** Row of the catalogue; NaN where something else was asked for. */
  readonly row: number;
  readonly email: string;
  readonly language: string;
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  /** Undefined unless it was accepted. */
  readonly id: string | undefined;
  readonly cancel: CancelOutcome;
}

/** An answer that was not right, or not about the order that was asked for. */
export interface WrongAnswer {
  readonly id: string;
  /** In words. */
  readonly what: string;
}

/** A load's own record of what it was promised. */
export interface Ledger {
  readonly orders: readonly OrderLine[];
  /** Seen by customers of the load. */
  readonly wrongAnswers: readonly WrongAnswer[];
}

const LINE = /\b(WRONG-ORDER|ORDER) ([^"]*)/;
const ORDER = /^(\S+) (\S+) (\S+) (\S+) (accepted|refused|unknown) (\S+) (cancelled|kept|unknown|-)\s*$/;
const WRONG = /^\S+ (\S+) (.*)$/;

/**
 * Reads the ledger out of k6's log. An order has several lines; the last one under its key counts.
 * @throws Error for a line that cannot be read: what is not counted is not proved
 */
export function readLedger(log: string): Ledger {
  const orders = new Map<string, OrderLine>();
  const wrongAnswers: WrongAnswer[] = [];
  for (const line of log.split('\n')) {
    const [, mark, text] = LINE.exec(line) ?? [];
    if (mark === undefined || text === undefined) continue;
    if (mark === 'ORDER') {
      const order = readOrder(text);
      orders.set(order.key, order);
    } else {
      const [, id = '-', what = text] = WRONG.exec(text) ?? [];
      wrongAnswers.push({ id, what });
    }
  }
  return { orders: [...orders.values()], wrongAnswers };
}

function readOrder(text: string): OrderLine {
  const [, key, row, email, language, outcome, id, cancel] = ORDER.exec(text) ?? [];
  if (key === undefined) throw new Error(`the ledger has a line that is no order: ${text}`);
  return {
    key,
    row: /^\d+$/.test(row ?? '') ? Number(row) : Number.NaN,
    email: decodeURIComponent(email ?? ''),
    language: language ?? '',
    outcome: outcome as OrderLine['outcome'],
    id: id === '-' ? undefined : id,
    cancel: cancel as CancelOutcome,
  };
}
