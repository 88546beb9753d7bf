import { hashText, pick, type Random, randomAt } from '../random.ts';
import type { OrdersSettings } from './settings.ts';

/** An order as a client asks for it. */
export type Order = { row: number; email: string; language: 'es' | 'en' };

/** What is sent: an order, or something that must be refused. */
export type Wish = {
  /** What the ledger says was asked for; parts that were not given are undefined. */
  asked: { row?: unknown; email?: unknown; language?: unknown };
  body: string;
  /** The order, if it must be accepted. */
  order: Order | undefined;
  isCancelled: boolean;
  isRepeated: boolean;
  isLookedAt: boolean;
};

/** What a person or a program may send by mistake, or worse. */
const spoilers: readonly ((order: Order) => unknown)[] = [
  (order) => ({ ...order, row: 0 }),
  (order) => ({ ...order, row: -1 }),
  (order) => ({ ...order, row: 1_000_000_000 }),
  (order) => ({ ...order, row: `${order.row}abc` }),
  (order) => ({ ...order, row: order.row + 0.5 }),
  (order) => ({ ...order, gameId: 10 }),
  ({ email, language }) => ({ email, language }),
  ({ row, language }) => ({ row, language }),
  (order) => ({ ...order, email: `${order.email}\r\nBcc: victim@example.com` }),
  (order) => ({ ...order, email: `${order.email}, victim@example.com` }),
  (order) => ({ ...order, email: `${'x'.repeat(300)}@example.com` }),
  (order) => ({ ...order, email: 'user1' }),
  (order) => ({ ...order, language: 'de' }),
  (order) => [order],
];

/** The order with this number, the same for the same seed. @param random of that number */
function createOrder(
  random: Random,
  { catalogueRows, customers }: Pick<OrdersSettings, 'catalogueRows' | 'customers'>,
): Order {
  const row = 1 + ((random() * catalogueRows) | 0);
  const customer = 1 + ((random() * customers) | 0);
  return { row, email: `user${customer}@example.com`, language: customer % 2 === 0 ? 'en' : 'es' };
}

/**
 * What the customer with this number wants. Wish n of a seed is always the same, whichever virtual user sends it.
 *
 * @param position 0, 1, 2, …
 */
export function createWish(
  settings: Pick<OrdersSettings, 'seed' | 'catalogueRows' | 'customers' | 'mix'>,
  position: number,
): Wish {
  const { mix } = settings;
  const random = randomAt(hashText(settings.seed), position);
  const order = createOrder(random, settings);
  if (random() < mix.badShare) {
    const bad = pick(random, spoilers)(order);
    const asked = Array.isArray(bad) ? {} : (bad as Wish['asked']);
    return {
      asked,
      body: JSON.stringify(bad),
      order: undefined,
      isCancelled: false,
      isRepeated: false,
      isLookedAt: false,
    };
  }
  return {
    asked: order,
    body: JSON.stringify(order),
    order,
    isCancelled: random() < mix.cancelShare,
    isRepeated: random() < mix.repeatShare,
    isLookedAt: random() < mix.lookShare,
  };
}

/** The order with this number of those who watch theirs. */
export function createWatchedOrder(
  settings: Pick<OrdersSettings, 'seed' | 'catalogueRows' | 'customers'>,
  position: number,
): Order {
  return createOrder(randomAt(hashText(`${settings.seed} watched`), position), settings);
}
