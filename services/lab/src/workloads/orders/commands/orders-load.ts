import { wholeNumber } from '../../../cli/arguments.ts';
import type { AnnouncedLoad } from '../../workload.ts';

/** Options of the load that a new deployment is proved with. */
export const LOAD_OPTIONS = {
  orders: { type: 'string' },
  users: { type: 'string' },
  seed: { type: 'string', default: '1' },
} as const;

/** Their lines in a usage. */
export const LOAD_USAGE = `  --orders N          orders to place (1000)
  --users N           concurrent customers (50)
  --seed TEXT         seed for who orders what (1)
`;

/** Reads them. @throws UsageError */
export function readOrdersLoad(values: {
  readonly orders?: string | undefined;
  readonly users?: string | undefined;
  readonly seed: string;
}): AnnouncedLoad {
  const orders = wholeNumber('orders', values.orders, { min: 1, max: 1_000_000, fallback: 1_000 });
  const users = wholeNumber('users', values.users, { min: 1, max: 20_000, fallback: 50 });
  const { seed } = values;
  return {
    scenario: 'orders-seed',
    variables: { ORDERS: String(orders), USERS: String(users), SEED: seed },
    settings: { orders, users, seed },
    announcement: `${orders.toLocaleString('en-US')} orders by ${users} users`,
  };
}
