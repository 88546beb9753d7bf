/** What an answer to a cancel promised: `-` when none was asked for. */
export type CancelOutcome = 'cancelled' | 'kept' | 'unknown' | '-';

/** An order of a load, as the load saw it. */
export interface OrderLine {
  /** Its Idempotency-Key. */
  readonly key: string;
  /** Row of the catalogue. */
  readonly row: number;
  readonly email: string;
  readonly language: string;
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  /** Undefined unless it was accepted. */
  readonly id: string | undefined;
  readonly cancel: CancelOutcome;
}

/** An answer about another order than the one that was asked for. */
export interface WrongAnswer {
  readonly asked: string;
  readonly got: string;
}

/** A load's own record of what it was promised. */
export interface Ledger {
  readonly orders: readonly OrderLine[];
  /** Seen by watchers in the load. */
  readonly wrongAnswers: readonly WrongAnswer[];
}

const LINE = /\bORDER (.*)/;
const ORDER =
  /^(\S+) (\d+) (\S+) (\S+) (accepted|refused|unknown) (\S+) (cancelled|kept|unknown|-)(?=["\s]|$)/;
const WRONG = /\bWRONG-ORDER ([^\s"]+) ([^\s"]+)/;

/**
 * Reads the ledger out of k6's log. An order with several lines under one key has the last one.
 * @throws Error for a line that cannot be read, or an accepted order without an id: what is not counted is not proved
 */
export function readLedger(log: string): Ledger {
  const orders = new Map<string, OrderLine>();
  const wrongAnswers: WrongAnswer[] = [];
  for (const line of log.split('\n')) {
    const wrong = WRONG.exec(line);
    if (wrong !== null) {
      wrongAnswers.push({ asked: wrong[1] as string, got: wrong[2] as string });
      continue;
    }
    const text = LINE.exec(line)?.[1];
    if (text === undefined) continue;
    const order = readOrder(text);
    orders.set(`${order.key} ${order.id}`, order);
  }
  return { orders: [...orders.values()], wrongAnswers };
}

function readOrder(text: string): OrderLine {
  const [, key, row, email, language, outcome, id, cancel] = ORDER.exec(text) ?? [];
  const accepted = outcome === 'accepted';
  if (key === undefined || accepted === (id === '-'))
    throw new Error(`the ledger has a line that is no order: ${text}`);
  return {
    key,
    row: Number(row),
    email: email as string,
    language: language as string,
    outcome: outcome as OrderLine['outcome'],
    id: accepted ? id : undefined,
    cancel: cancel as CancelOutcome,
  };
}
