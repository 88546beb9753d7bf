import { signal } from '@preact/signals';
import type { Order } from '../model/api.ts';
import type { Failure } from '../model/problem.ts';
import { isOrderId } from '../model/route.ts';
import { isSettled } from '../model/steps.ts';
import { api, ask } from './api.ts';

/** What is known of the order that the page shows. */
export interface Watched {
  readonly id: string;
  /** `accepted`: not taken in yet. `absent`: there is none. */
  readonly status: 'loading' | 'accepted' | 'known' | 'absent';
  readonly order: Order | undefined;
  /** Whether changes are heard of; true if there are no more. */
  readonly isLive: boolean;
  /** Why it could not be asked. */
  readonly failure: Failure | undefined;
}

/** The order that the page shows. */
export const watched = signal<Watched | undefined>(undefined);
/** By how much the server's clock is ahead of this one, ms. */
export const clockAheadMs = signal(0);

const RETRY_MS = 1_000;
/** The header Date has whole seconds, rounded down. */
const DATE_MIDDLE_MS = 500;

/** Follows an order until {@link stop} is called or nothing about it changes any more. */
export function watchOrder(id: string): () => void {
  const closing = new AbortController();
  watched.value = { id, status: 'loading', order: undefined, isLive: false, failure: undefined };
  if (isOrderId(id)) void follow(id, closing.signal).catch(ignoreAbort(closing.signal));
  else set(closing.signal, { status: 'absent' });
  return () => closing.abort();
}

/** Shows what an answer said of the order, such as that of a cancel. */
export function showOrder(order: Order): void {
  const { value } = watched;
  // An event may have said more already.
  if (value?.id !== order.id || (value.order?.history.length ?? 0) > order.history.length) return;
  watched.value = { ...value, status: 'known', order };
}

/** Asks first: an answer has a status, which a stream of events hides. */
async function follow(id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await ask<Order>(api(`orders/${id}`), { signal });
    if (!answer.isOk) {
      const isAbsent = answer.failure.status === 404;
      set(
        signal,
        isAbsent ? { status: 'absent', failure: undefined } : { isLive: false, failure: answer.failure },
      );
      if (isAbsent) return;
    } else {
      const date = Date.parse(answer.headers.get('date') ?? '');
      if (Number.isFinite(date)) clockAheadMs.value = date + DATE_MIDDLE_MS - Date.now();
      if (answer.status === 200) {
        set(signal, { failure: undefined });
        showOrder(answer.body);
        if (isSettled(answer.body)) set(signal, { isLive: true });
        if (isSettled(answer.body) || (await hear(id, signal))) return;
      } else set(signal, { status: 'accepted', failure: undefined });
    }
    await pause(RETRY_MS, signal);
  }
}

/** Hears of changes until there are no more; resolves with whether that is so, or else the connection ended. */
function hear(id: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const source = new EventSource(api(`orders/${id}/events`));
    const end = (isComplete: boolean): void => {
      source.close();
      set(signal, { isLive: isComplete });
      resolve(isComplete);
    };
    signal.addEventListener('abort', () => end(true), { once: true });
    source.addEventListener('open', () => set(signal, { isLive: true }));
    source.addEventListener('order', ({ data }) => {
      const order = JSON.parse(data) as Order;
      if (!signal.aborted) showOrder(order);
      if (isSettled(order)) end(true);
    });
    // Also what ends well: the answer to the question that follows says which it was.
    source.addEventListener('error', () => end(false));
  });
}

function set(signal: AbortSignal, changes: Partial<Watched>): void {
  if (!signal.aborted && watched.value !== undefined) watched.value = { ...watched.value, ...changes };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function ignoreAbort(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
