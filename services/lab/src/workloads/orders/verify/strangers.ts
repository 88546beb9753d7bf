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
 */
export function strangersOf(
  orders: readonly StoredOrder[],
  promised: ReadonlyMap<string, OrderLine>,
  ledger: Ledger,
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
  for (const order of orders) {
    // Of another customer, whom the load does not speak for.
    if (promised.has(order.id) || !addresses.has(order.email)) continue;
    const line = take('unknown', order);
    if (line !== undefined) unknown.push({ order, line });
    else if (take('refused', order) !== undefined) refused.push(order);
    else doubled.push(order);
  }
  return { unknown, refused, doubled };
}
