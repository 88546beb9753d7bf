import { constant, fixedCount, minute, type Profile, type ProfileName, second } from '../profiles.ts';

/** The scripts that order. */
export type OrdersScenario = 'orders-seed' | 'orders-steady' | 'orders-burst';

/** What customers do besides ordering. Shares are of all orders. */
export type Mix = {
  /** Orders that are cancelled as soon as they are accepted. */
  cancelShare: number;
  /** Accepted orders that are sent once more under the same key. */
  repeatShare: number;
  /** Orders that must be refused. */
  badShare: number;
  /** Accepted orders that are looked at once. */
  lookShare: number;
  /** Customers who place one order after another and follow each to its end. */
  watchers: number;
};

/** A load of orders, and who sends it. `messages` and rates count orders. */
export type OrdersProfile = Profile & { mix: Mix; customers: number };

const onlyOrders: Mix = { cancelShare: 0, repeatShare: 0, badShare: 0, lookShare: 0.1, watchers: 0 };
const everything: Mix = { cancelShare: 0.02, repeatShare: 0.05, badShare: 0.03, lookShare: 0.1, watchers: 5 };

function counted(orders: number, users: number, p95Ms: number): OrdersProfile {
  return { ...fixedCount(orders, users, p95Ms, 2 * p95Ms), mix: onlyOrders, customers: users };
}

function arriving(rate: number, durationMs: number): OrdersProfile {
  return { ...constant(rate, durationMs), mix: everything, customers: 1000 };
}

/** Every script in every size. The default is `average`. */
export const ordersProfiles: Readonly<Record<OrdersScenario, Readonly<Record<ProfileName, OrdersProfile>>>> =
  {
    'orders-seed': {
      smoke: counted(50, 5, 2000),
      average: counted(1000, 50, 2000),
      stress: counted(10_000, 100, 3000),
    },
    'orders-steady': {
      smoke: arriving(10, 5 * second),
      average: arriving(50, minute),
      stress: arriving(500, 2 * minute),
    },
    // Everybody at once: the last ones wait for all others.
    'orders-burst': {
      smoke: counted(100, 50, 4000),
      average: counted(1000, 500, 10_000),
      stress: counted(10_000, 1000, 30_000),
    },
  };
