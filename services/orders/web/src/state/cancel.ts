import { signal } from '@preact/signals';
import type { Order } from '../model/api.ts';
import type { Failure } from '../model/problem.ts';
import { api, ask } from './api.ts';
import { showOrder } from './watch.ts';

/** Why the order was not cancelled. */
export const cancelFailure = signal<Failure | undefined>(undefined);

/** Cancels an order. It may be repeated. */
export async function cancelOrder(id: string): Promise<void> {
  cancelFailure.value = undefined;
  const answer = await ask<Order>(api(`orders/${id}/cancel`), { method: 'POST' });
  if (answer.isOk) showOrder(answer.body);
  else cancelFailure.value = answer.failure;
}
