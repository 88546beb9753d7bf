import type { Defect } from './defect.ts';
import type { StoredOrder } from './evidence.ts';
import type { CancelOutcome } from './ledger.ts';

/** States by number: received, preparing, delivering, finished. Written down again here: the judge shares no code with the shop. */
const WAY = [1, 2, 3, 4];
const CANCELLED = 5;
const CANCELLED_WAY = [1, CANCELLED];

/** States that an order has to go through. @param cancel what the answer to a cancel promised */
export function wayOf(order: Pick<StoredOrder, 'events'>, cancel: CancelOutcome): readonly number[] {
  const isCancelled =
    cancel === 'cancelled' || (cancel === 'unknown' && order.events.some(({ state }) => state === CANCELLED));
  return isCancelled ? CANCELLED_WAY : WAY;
}

/** Holds an order's history against its way: each state once, in order, and none but a cancel before its time. */
export function judgeTransitions(
  order: StoredOrder,
  cancel: CancelOutcome,
  stepMs: number,
): readonly Defect[] {
  const way = wayOf(order, cancel);
  const times = new Map<number, number>();
  const defects: Defect[] = [];
  const found = (kind: Defect['kind'], detail: string, state: number): void =>
    void defects.push({ kind, subject: 'transitions', detail, example: `${order.id}.${state}` });
  for (const { state, atMs } of order.events) {
    if (!way.includes(state)) found('wrong', 'a state that is not on the way of its order', state);
    else if (times.has(state)) found('doubled', 'a state that was reached twice', state);
    times.set(state, atMs);
  }
  const last = way.findLast((state) => times.has(state));
  let previous: number | undefined;
  for (const state of way) {
    const at = times.get(state);
    if (at === undefined) {
      if (last !== undefined && state < last) found('skipped', 'a state that was left out', state);
      else found('lost', 'a state that was never reached', state);
      continue;
    }
    const before = previous === undefined ? undefined : times.get(previous);
    if (before !== undefined && at < before)
      found('out-of-order', 'a state before the one it follows', state);
    else if (before !== undefined && state !== CANCELLED && at - before < stepMs) {
      found('early', `a state after less than ${stepMs} ms in the one before`, state);
    }
    previous = state;
  }
  if (last !== undefined && order.state !== last && defects.length === 0)
    found('diverged', 'an order in another state than its history', order.state);
  return defects;
}

/** How much longer than the step each state lasted, ms. */
export function latenessOf({ events }: Pick<StoredOrder, 'events'>, stepMs: number): readonly number[] {
  return events.flatMap(({ state, atMs }, index) => {
    const before = events[index - 1];
    return before === undefined || state === CANCELLED ? [] : [atMs - before.atMs - stepMs];
  });
}
