import { sleep } from 'k6';
import http from 'k6/http';
import type { Outcome } from '../outcome.ts';
import { readAnswer } from '../outcome.ts';
import { explain } from '../run.ts';
import { headersFor, sendUntilSettled } from '../send.ts';
import type { OrderCounters } from './counters.ts';
import { type CancelOutcome, orderLine, wrongOrderLine } from './ledger.ts';
import { judgeAnswer, type Look } from './look.ts';
import type { Order, Wish } from './order.ts';
import type { OrdersSettings } from './settings.ts';
import { requestNames } from './thresholds.ts';

/** Does what customers do, counts it, and writes it into the ledger. */
export type Customer = {
  /** Orders; @returns the order's id, undefined unless it was accepted. */
  order(key: string, wish: Pick<Wish, 'asked' | 'body' | 'order'>): string | undefined;
  /** Orders once more under the same key, which must be the same order. */
  repeat(key: string, wish: Pick<Wish, 'body'>, id: string): void;
  cancel(key: string, wish: Pick<Wish, 'asked'>, id: string): void;
  /** Looks at an order once. @param before what was seen of it; @returns what is seen of it now */
  look(key: string, order: Order, id: string, before?: Look): Look | undefined;
  /** Follows an order to its end, or as long as the settings say. */
  watch(key: string, order: Order, id: string): void;
};

const lookPauseSeconds = 0.5;
const anyId = /^[\w-]{8,64}$/;

function idIn(body: string): string | undefined {
  try {
    const { id } = JSON.parse(body) as { id?: unknown };
    return typeof id === 'string' && anyId.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** @param counters made in the init context */
export function createCustomer(settings: OrdersSettings, counters: OrderCounters): Customer {
  const write = (
    key: string,
    { asked }: Pick<Wish, 'asked'>,
    outcome: Outcome,
    id?: string,
    cancel: CancelOutcome = '-',
  ): void => console.warn(orderLine({ key, asked, outcome, id, cancel }));
  const wrong = (key: string, id: string, what: string): void => {
    counters.count('wrong');
    console.warn(wrongOrderLine(key, id, what));
  };
  const post = (key: string, body: string) =>
    sendUntilSettled(settings, { path: '/orders', body, name: requestNames.order, key });

  const customer: Customer = {
    order(key, wish) {
      write(key, wish, 'unknown');
      counters.countSent(wish);
      const result = post(key, wish.body);
      counters.countSettled(wish, result);
      const { outcome } = result;
      const id = outcome === 'accepted' ? idIn(result.lastBody) : undefined;
      if (outcome !== 'unknown') write(key, wish, outcome, id);
      if (outcome === 'accepted' && id === undefined) wrong(key, '-', `accepted without an id`);
      const isExpected = outcome === (wish.order === undefined ? 'refused' : 'accepted');
      if (!isExpected) explain(outcome, result.attempts, result.lastStatus, result.lastAnswer);
      return id;
    },
    repeat(key, { body }, id) {
      counters.count('repeatsSent');
      const result = post(key, body);
      counters.countAttempts(result);
      if (result.outcome === 'unknown') return;
      const again = result.outcome === 'accepted' ? idIn(result.lastBody) : undefined;
      if (again === id) counters.count('repeatsAnswered');
      else wrong(key, id, `sent again: ${again === undefined ? result.lastStatus : `became ${again}`}`);
    },
    cancel(key, wish, id) {
      counters.count('cancelsAsked');
      write(key, wish, 'accepted', id, 'unknown');
      const { lastStatus, lastAnswer } = sendUntilSettled(settings, {
        path: `/orders/${id}/cancel`,
        body: '{}',
        name: requestNames.cancel,
        read: (status) => (status === 200 ? { outcome: 'accepted', retryable: false } : readAnswer(status)),
      });
      if (lastStatus === 200 || lastStatus === 409) {
        const outcome = lastStatus === 200 ? 'cancelled' : 'kept';
        counters.count(outcome);
        write(key, wish, 'accepted', id, outcome);
      } else if (!readAnswer(lastStatus).retryable) {
        wrong(key, id, `cancel answered ${lastAnswer}`);
      }
    },
    look(key, order, id, before) {
      const { status, body } = http.get(`${settings.baseUrl}/orders/${id}`, {
        headers: headersFor(settings),
        redirects: 0,
        responseType: 'text',
        tags: { name: requestNames.look },
        timeout: settings.requestTimeoutMs,
      });
      const { look, problem } = judgeAnswer(order, id, before, { status, body: String(body ?? '') });
      counters.count('looks');
      if (problem !== undefined) wrong(key, id, problem);
      return look ?? before;
    },
    watch(key, order, id) {
      counters.count('watched');
      const deadlineMs = Date.now() + settings.watchForMs;
      let seen: Look | undefined;
      do {
        sleep(lookPauseSeconds);
        seen = customer.look(key, order, id, seen);
      } while (!seen?.isOver && Date.now() < deadlineMs);
      if (seen?.isOver) counters.count('watchedToEnd');
    },
  };
  return customer;
}
