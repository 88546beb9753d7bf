import { signal } from '@preact/signals';
import type { Accepted, ShopGame } from '../model/api.ts';
import { type Failure, isUnknown } from '../model/problem.ts';
import { type Attempt, attemptFor, type Purchase, randomKey } from '../model/purchase.ts';
import { orderLink } from '../model/route.ts';
import { api, ask } from './api.ts';
import { remember } from './remembered.ts';
import { keep, load } from './storage.ts';

/** Why the order was not accepted, or may not have been. */
export const buyFailure = signal<Failure | undefined>(undefined);
/** Whether an order is on its way. */
export const isBuying = signal(false);

/** Fields whose problems the form shows. */
const FIELDS = ['email', 'language'] as const;
/** For this window, so that a reload before an answer does not become a second order. */
const KEY = 'caudal.shop.attempt';

/** Orders a game, and shows its order when it is accepted. Another call for the same is the same order until then. */
export async function buy(game: ShopGame, purchase: Purchase): Promise<void> {
  if (isBuying.value) return;
  const attempt = attemptFor(purchase, loadAttempt(), randomKey);
  keep('sessionStorage', KEY, JSON.stringify(attempt));
  isBuying.value = true;
  buyFailure.value = undefined;
  const answer = await ask<Accepted>(
    api('orders'),
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': attempt.key },
      body: JSON.stringify(purchase),
    },
    FIELDS,
  );
  isBuying.value = false;
  if (!answer.isOk) {
    buyFailure.value = answer.failure;
    if (!isUnknown(answer.failure)) keep('sessionStorage', KEY, undefined);
    return;
  }
  keep('sessionStorage', KEY, undefined);
  const { id } = answer.body;
  remember({ id, name: game.name, at: Date.now() });
  location.hash = orderLink(id);
}

function loadAttempt(): Attempt | undefined {
  // Only this page writes it.
  return (JSON.parse(load('sessionStorage', KEY) ?? 'null') as Attempt | null) ?? undefined;
}
