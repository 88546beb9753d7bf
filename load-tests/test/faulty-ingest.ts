import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashText, randomAt } from '../lib/random.ts';
import { drawFault, type Fault, type Faults, readBody, strike } from './faults.ts';

/** How a server behaves. Everything is off by default. */
export type Behaviour = {
  faults?: Faults;
  /** Requests with a message of this country are answered 400. */
  refuseCountry?: string;
  /** Answer only after this many milliseconds. */
  answerAfterMs?: number;
  /** Required in `X-API-Key`. */
  apiKey?: string;
  /** The only path that takes messages. */
  path?: string;
  /** After this number of accepted requests, refuse connections for `outageMs`. */
  outageAfter?: number;
  outageMs?: number;
};

/** An ingest API that keeps exact books about what it was sent and what it said. */
export type FaultyIngest = {
  url: string;
  /** Messages per country, each key counted once, as consumers would store them. */
  counted: () => Record<string, number>;
  /** Messages per country of keys that were answered 202. */
  confirmed: () => Record<string, number>;
  /** Messages per country of requests answered 400. */
  refused: () => Record<string, number>;
  /** Keys of requests answered 400. */
  refusedKeys: () => string[];
  /** Attempts per key. */
  attempts: Map<string, number>;
  /** How often each fault struck. */
  struck: Map<Fault, number>;
  /** Bodies as they came, by key. */
  bodies: Map<string, unknown>;
  /** Resolves when this number of keys is confirmed. */
  whenConfirmed: (keys: number) => Promise<void>;
  close: () => Promise<void>;
};

type Counts = Record<string, number>;
type Books = { counted: Map<string, Counts>; confirmed: Map<string, Counts>; refused: Map<string, Counts> };

/** Alpha-2 codes by lower-case code and by English and Spanish name, out of the CLDR that Node carries. */
function countryIndex(): Map<string, string> {
  const index = new Map<string, string>();
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (const language of ['en', 'es']) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
      const name = names.of(code);
      // Withdrawn codes (UK, FX, DD) carry the name of what replaced them.
      if (name === undefined || new Intl.Locale(`und-${code}`).region !== code) continue;
      index.set(code, code);
      index.set(name, code);
    }
  }
  return index;
}

function addUp(parts: Iterable<Counts>): Counts {
  const sum: Counts = {};
  for (const counts of parts) {
    for (const [country, messages] of Object.entries(counts)) sum[country] = (sum[country] ?? 0) + messages;
  }
  return sum;
}

function countCountries(body: unknown, index: Map<string, string>): Counts {
  const counts: Counts = {};
  for (const item of Array.isArray(body) ? body : [body]) {
    const { country, description, weather } = item as Record<string, unknown>;
    const code = index.get(String(country));
    if (code === undefined) throw new Error(`no such country: ${String(country)}`);
    if (typeof description !== 'string' || typeof weather !== 'string') throw new Error('not a message');
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** Starts the server on a free loopback port. */
export async function startFaultyIngest(behaviour: Behaviour = {}): Promise<FaultyIngest> {
  const books: Books = { counted: new Map(), confirmed: new Map(), refused: new Map() };
  const attempts = new Map<string, number>();
  const struck = new Map<Fault, number>();
  const bodies = new Map<string, unknown>();
  const waiting: { keys: number; resolve: () => void }[] = [];
  const index = countryIndex();
  const random = randomAt(hashText('faults'), 0);
  const timers = new Set<NodeJS.Timeout>();
  let outageDone = behaviour.outageAfter === undefined;

  const later = (ms: number, action: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, ms);
    timers.add(timer);
  };

  const takeMessages = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const key = String(request.headers['idempotency-key']);
    attempts.set(key, (attempts.get(key) ?? 0) + 1);
    bodies.set(key, body);
    const counts = countCountries(body, index);
    if (behaviour.refuseCountry !== undefined && counts[behaviour.refuseCountry] !== undefined) {
      books.refused.set(key, counts);
      response.writeHead(400, { 'Content-Type': 'application/problem+json' }).end('{"title":"bad country"}');
      return;
    }
    const fault = drawFault(behaviour.faults, random);
    if (fault !== undefined) struck.set(fault, (struck.get(fault) ?? 0) + 1);
    if (fault === undefined || fault.endsWith('-after')) books.counted.set(key, counts);
    if (fault !== undefined) {
      strike(fault, request, response);
      return;
    }
    response.writeHead(202, { 'Content-Type': 'application/json' }).end('{}');
    books.confirmed.set(key, counts);
    for (const waiter of waiting) if (books.confirmed.size >= waiter.keys) waiter.resolve();
    if (!outageDone && books.confirmed.size >= (behaviour.outageAfter ?? 0)) {
      outageDone = true;
      response.on('finish', beginOutage);
    }
  };

  const server = createServer((request, response) => {
    if (request.url === '/openapi.json') {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    } else if (request.url !== (behaviour.path ?? '/messages')) {
      response.writeHead(404).end();
    } else if (behaviour.apiKey !== undefined && request.headers['x-api-key'] !== behaviour.apiKey) {
      response.writeHead(401).end();
    } else {
      const take = (): void => {
        takeMessages(request, response).catch((error: unknown) => {
          if (!response.headersSent && !request.destroyed) response.writeHead(400).end(String(error));
        });
      };
      if (behaviour.answerAfterMs === undefined) take();
      else later(behaviour.answerAfterMs, take);
    }
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  function beginOutage(): void {
    server.close(() => later(behaviour.outageMs ?? 0, () => void listen(port)));
    server.closeAllConnections();
  }

  return {
    url: `http://127.0.0.1:${port}`,
    counted: () => addUp(books.counted.values()),
    confirmed: () => addUp(books.confirmed.values()),
    refused: () => addUp(books.refused.values()),
    refusedKeys: () => [...books.refused.keys()],
    attempts,
    struck,
    bodies,
    whenConfirmed: (keys) =>
      new Promise((resolve) => {
        if (books.confirmed.size >= keys) resolve();
        else waiting.push({ keys, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
