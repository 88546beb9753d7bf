import type { StoredOrder } from './evidence.ts';
import type { Ledger, OrderLine } from './ledger.ts';

/** Orders that no line of the ledger names by its id, by what they can be. */
export interface Strangers {
  /** An order without a last word: it was carried out. */
  readonly unknown: readonly { readonly order: StoredOrder; readonly line: OrderLine }[];
  readonly refused: readonly StoredOrder[];
  readonly doubled: readonly StoredOrder[];
}

/**
 * Finds orders that nothing accepted under their id: those of unknown outcome are of the load, and so are refused and doubled ones.
 * @param unlisted orders that the load has no line of
 */
export function strangersOf(
  orders: readonly StoredOrder[],
  promised: ReadonlyMap<string, OrderLine>,
  ledger: Ledger,
  unlisted: number,
): Strangers {
  const addresses = new Set(ledger.orders.map(({ email }) => email));
  const unknown: { order: StoredOrder; line: OrderLine }[] = [];
  const refused: StoredOrder[] = [];
  const doubled: StoredOrder[] = [];
  const left = new Map(
    (['unknown', 'refused'] as const).map((outcome) => [
      outcome,
      ledger.orders.filter((line) => line.outcome === outcome),
    ]),
  );
  const take = (outcome: 'unknown' | 'refused', order: StoredOrder): OrderLine | undefined => {
    const lines = left.get(outcome) ?? [];
    const index = lines.findIndex(
      ({ email, row, language }) => email === order.email && row === order.row && language === order.language,
    );
    return index === -1 ? undefined : lines.splice(index, 1)[0];
  };
  let unlistedLeft = unlisted;
  for (const order of orders) {
    // Of another customer, whom the load does not speak for.
    if (promised.has(order.id) || !addresses.has(order.email)) continue;
    const line = take('unknown', order);
    if (line !== undefined) unknown.push({ order, line });
    else if (take('refused', order) !== undefined) refused.push(order);
    else if (unlistedLeft > 0) {
      unlistedLeft -= 1;
      unknown.push({ order, line: lineOf(order) });
    } else doubled.push(order);
  }
  return { unknown, refused, doubled };
}

/** What an order that the load has no line of must have been. */
function lineOf({ row, email, language }: StoredOrder): OrderLine {
  return { key: '', row, email, language, outcome: 'unknown', id: undefined, cancel: '-' };
}
