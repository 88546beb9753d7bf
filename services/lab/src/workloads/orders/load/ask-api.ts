import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@caudal/common/errors';
import type { Fetch } from '../../../load/fetch.ts';
import type { StoredOrder } from '../verify/evidence.ts';
import type { WrongAnswer } from '../verify/ledger.ts';

/** The API, as a customer reaches it. */
export interface Customer {
  readonly url: string;
  readonly fetch: Fetch;
}

/** Orders that are asked for at the end, evenly chosen. */
const ASKED = 100;
const AT_ONCE = 10;
const ATTEMPTS = 10;
const PAUSE_MS = 500;
const TIMEOUT_MS = 5_000;
const ESTADOS = ['', 'recibido', 'preparando', 'entregando', 'finalizado', 'cancelado'];

/** Asks the API for orders, and compares its answers with what the database has. */
export async function askForOrders(
  customer: Customer,
  orders: readonly StoredOrder[],
): Promise<readonly WrongAnswer[]> {
  const step = Math.max(1, orders.length / ASKED);
  const left = Array.from({ length: Math.min(ASKED, orders.length) }, (_, n) => orders[Math.floor(n * step)]);
  const wrong: WrongAnswer[] = [];
  const work = async (): Promise<void> => {
    for (let order = left.pop(); order !== undefined; order = left.pop()) {
      const what = await askFor(customer, order);
      if (what !== undefined) wrong.push({ id: order.id, what });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wrong;
}

/** What is wrong with the answer about an order. */
async function askFor(customer: Customer, order: StoredOrder): Promise<string | undefined> {
  let problem = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const answer = await get(customer, `/orders/${order.id}`);
    if (answer.status === 200) return differenceOf(answer.body as ShownOrder, order);
    problem = answer.problem;
    // It may be busy, or restarting after a fault.
    if (answer.status !== 0 && answer.status !== 429 && answer.status < 500) break;
    await sleep(PAUSE_MS);
  }
  return problem;
}

/** An order as the API shows it, as far as it is compared. */
interface ShownOrder {
  readonly id?: unknown;
  readonly number?: unknown;
  readonly estado?: unknown;
  readonly game?: {
    readonly id?: unknown;
    readonly row?: unknown;
    readonly name?: unknown;
    readonly price?: unknown;
  };
  readonly history?: readonly { readonly estado?: unknown }[];
}

function differenceOf(shown: ShownOrder, order: StoredOrder): string | undefined {
  const parts: readonly (readonly [string, unknown, unknown])[] = [
    ['order', shown.id, order.id],
    ['number', shown.number, order.number],
    ['state', shown.estado, ESTADOS[order.state]],
    ['game', shown.game?.id, order.gameId],
    ['row', shown.game?.row, order.row],
    ['name', shown.game?.name, order.name],
    ['price', shown.game?.price, order.priceCents / 100],
    [
      'history',
      shown.history?.map(({ estado }) => estado).join(' '),
      order.events.map(({ state }) => ESTADOS[state]).join(' '),
    ],
  ];
  const different = parts.find(([, got, wanted]) => got !== wanted);
  return different && `showed ${different[0]} ${String(different[1])}, not ${String(different[2])}`;
}

/**
 * Asks for order 1 by its number, as the first shop's clients did, until stopped: whatever other orders do, it must be order 1.
 * @returns a function that stops and returns the wrong answers
 */
export function watchFirstOrder(customer: Customer, everyMs: number): () => Promise<readonly WrongAnswer[]> {
  const stopping = new AbortController();
  const wrong: WrongAnswer[] = [];
  const watch = async (): Promise<void> => {
    let first: unknown;
    while (!stopping.signal.aborted) {
      const { status, body } = await get(customer, '/?value=1');
      if (status === 200) {
        const { orderid, gameid } = body as { readonly orderid?: unknown; readonly gameid?: unknown };
        first ??= gameid;
        if (orderid !== 1) wrong.push({ id: 'number 1', what: `showed number ${String(orderid)}` });
        else if (gameid !== first)
          wrong.push({ id: 'number 1', what: `showed game ${String(gameid)}, not ${String(first)}` });
      }
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await watching;
    return wrong;
  };
}

/** Status 0 without an answer; a body that is no JSON is a problem. */
async function get(
  { url, fetch }: Customer,
  path: string,
): Promise<{ readonly status: number; readonly body: unknown; readonly problem: string }> {
  try {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    const problem = `answered ${response.status}`;
    return response.status === 200
      ? { status: 200, body: JSON.parse(text), problem }
      : { status: response.status, body: undefined, problem };
  } catch (error) {
    return { status: 0, body: undefined, problem: `gave no answer: ${errorMessage(error)}` };
  }
}
