import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { maskAddress } from '../lib/orders/look.ts';
import type { Order } from '../lib/orders/order.ts';
import { hashText, randomAt } from '../lib/random.ts';
import { drawFault, type Fault, type Faults, readBody, strike } from './faults.ts';

/** A way in which an API is wrong about orders. */
export type Lie =
  /** A retry is another order. */
  | 'another-id'
  /** Whoever looks is shown the first order. */
  | 'first-order'
  /** Every second look finds nothing. */
  | 'forgets'
  /** Every second look shows the order without its last state. */
  | 'goes-back'
  /** What must be refused is accepted. */
  | 'accepts-all'
  /** The answer to an order has no id. */
  | 'no-id';

/** How a server behaves. Everything is off by default. */
export type OrdersBehaviour = {
  faults?: Faults;
  lie?: Lie;
  /** Time in each state. Default: 100. */
  stepMs?: number;
  /** Age from which an order is taken in: before, looks are answered 202 and cancels 503. Default: 0. */
  takeInMs?: number;
};

/** An order as the server has it. */
export type KeptOrder = Order & { id: string; key: string; acceptedAt: number; isCancelled: boolean };

/** An orders API that keeps exact books about what it was sent. */
export type FaultyOrders = {
  url: string;
  /** By key. */
  orders: ReadonlyMap<string, KeptOrder>;
  /** Keys of orders answered 400. */
  refusedKeys: ReadonlySet<string>;
  /** Attempts to order per key. */
  attempts: ReadonlyMap<string, number>;
  struck: ReadonlyMap<Fault, number>;
  /** Resolves when this number of orders is there. */
  whenOrdered(orders: number): Promise<void>;
  close(): Promise<void>;
};

const estados = ['recibido', 'preparando', 'entregando', 'finalizado'];

function isOrder(body: unknown): body is Order {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
  const { row, email, language, ...rest } = body as Record<string, unknown>;
  if (Object.keys(rest).length > 0 || typeof email !== 'string') return false;
  const isRow = typeof row === 'number' && Number.isInteger(row) && row >= 1 && row <= 12_000;
  return isRow && /^user\d+@example\.com$/.test(email) && (language === 'es' || language === 'en');
}

/** Starts the server on a free loopback port. */
export async function startFaultyOrders(behaviour: OrdersBehaviour = {}): Promise<FaultyOrders> {
  const { lie, stepMs = 100, takeInMs = 0 } = behaviour;
  const orders = new Map<string, KeptOrder>();
  const byId = new Map<string, KeptOrder>();
  const refusedKeys = new Set<string>();
  const attempts = new Map<string, number>();
  const struck = new Map<Fault, number>();
  const looks = new Map<string, number>();
  /** States that a lie showed last, by order. */
  const shown = new Map<string, number>();
  const waiting: { orders: number; resolve: () => void }[] = [];
  const random = randomAt(hashText('faults'), 0);

  const answer = (response: ServerResponse, status: number, body: object): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'Retry-After': '0' });
    response.end(JSON.stringify(body));
  };

  const keep = (key: string, order: Order): KeptOrder => {
    const known = orders.get(key);
    if (known !== undefined && lie !== 'another-id') return known;
    const id =
      lie === 'another-id' ? randomUUID() : createHash('sha256').update(key).digest('hex').slice(0, 32);
    const kept = { ...order, id, key, acceptedAt: Date.now(), isCancelled: false };
    orders.set(key, kept);
    byId.set(id, kept);
    for (const waiter of waiting) if (orders.size >= waiter.orders) waiter.resolve();
    return kept;
  };

  const takeOrder = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const key = String(request.headers['idempotency-key']);
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    if (!isOrder(body) && lie !== 'accepts-all') {
      refusedKeys.add(key);
      answer(response, 400, { title: 'not an order' });
      return;
    }
    const fault = drawFault(behaviour.faults, random);
    if (fault !== undefined) struck.set(fault, (struck.get(fault) ?? 0) + 1);
    const isTaken = fault === undefined || fault.endsWith('-after');
    const id = isTaken ? keep(key, body as Order).id : undefined;
    if (fault !== undefined) strike(fault, request, response);
    else answer(response, 202, lie === 'no-id' ? {} : { id, estado: 'aceptado', url: `/orders/${id}` });
  };

  const historyOf = ({ acceptedAt, isCancelled }: KeptOrder): { estado: string; at: string }[] => {
    const at = (place: number): string => new Date(acceptedAt + place * stepMs).toISOString();
    if (isCancelled) {
      return [
        { estado: 'recibido', at: at(0) },
        { estado: 'cancelado', at: at(1) },
      ];
    }
    const reached = Math.min(estados.length, 1 + Math.floor((Date.now() - acceptedAt) / stepMs));
    return estados.slice(0, reached).map((estado, place) => ({ estado, at: at(place) }));
  };

  /** However rarely a client looks, every second look shows a state less than the look before, and no first one the end. */
  const lengthOfLie = (id: string, look: number, reached: number): number => {
    const length = look % 2 === 0 ? (shown.get(id) ?? 1) - 1 : look === 1 ? Math.min(reached, 3) : reached;
    shown.set(id, length);
    return length;
  };

  const show = (response: ServerResponse, id: string): void => {
    const order = lie === 'first-order' ? [...byId.values()][0] : byId.get(id);
    const look = (looks.get(id) ?? 0) + 1;
    looks.set(id, look);
    if (order === undefined || (lie === 'forgets' && look % 2 === 0)) {
      answer(response, 404, {});
      return;
    }
    if (Date.now() - order.acceptedAt < takeInMs) {
      answer(response, 202, { id, estado: 'aceptado' });
      return;
    }
    const all = historyOf(order);
    const history = lie === 'goes-back' ? all.slice(0, lengthOfLie(id, look, all.length)) : all;
    answer(response, 200, {
      id: order.id,
      game: { row: order.row },
      email: maskAddress(order.email),
      language: order.language,
      estado: history.at(-1)?.estado,
      history,
    });
  };

  const cancel = (response: ServerResponse, id: string): void => {
    const order = byId.get(id);
    const age = order === undefined ? 0 : Date.now() - order.acceptedAt;
    if (order === undefined) answer(response, 404, {});
    else if (age < takeInMs) answer(response, 503, {});
    else if (!order.isCancelled && age >= stepMs) answer(response, 409, { title: 'too late' });
    else {
      order.isCancelled = true;
      answer(response, 200, { id });
    }
  };

  const server = createServer((request, response) => {
    const [, , id = '', action] = (request.url ?? '').split('/');
    if (request.url === '/openapi.json') answer(response, 200, {});
    else if (request.method === 'GET') show(response, id);
    else if (action === 'cancel') cancel(response, id);
    else {
      takeOrder(request, response).catch((error: unknown) => {
        if (!response.headersSent && !request.destroyed) response.writeHead(400).end(String(error));
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    orders,
    refusedKeys,
    attempts,
    struck,
    whenOrdered: (wanted) =>
      new Promise((resolve) => {
        if (orders.size >= wanted) resolve();
        else waiting.push({ orders: wanted, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
