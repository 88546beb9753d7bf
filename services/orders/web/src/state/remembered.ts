import { signal } from '@preact/signals';
import { parseRemembered, type Remembered, withOrder } from '../model/remembered.ts';
import { keep, load } from './storage.ts';

const KEY = 'caudal.shop.orders';

/** Orders that were made in this browser, the newest first. */
export const remembered = signal<readonly Remembered[]>(parseRemembered(load('localStorage', KEY)));

/** Remembers an order. */
export function remember(order: Remembered): void {
  // Another window may have added to it.
  remembered.value = withOrder(parseRemembered(load('localStorage', KEY)), order);
  keep('localStorage', KEY, JSON.stringify(remembered.value));
}

/** Forgets all orders; that cancels none. */
export function forgetOrders(): void {
  remembered.value = [];
  keep('localStorage', KEY, undefined);
}
