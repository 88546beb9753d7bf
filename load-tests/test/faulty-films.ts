import { createHash } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hashText, randomAt } from '../lib/random.ts';
import { drawFault, type Fault, type Faults, strike } from './faults.ts';

/** A way in which an API is wrong about films. */
export type FilmsLie =
  /** A film is answered by another one. */
  | 'another-film'
  /** From the third on, a page begins with the last film of the page before. */
  | 'repeats'
  /** Pages after the first are of another version. */
  | 'another-version'
  /** Half an answer. */
  | 'torn'
  /** Searches are answered as though there were no such path. */
  | 'refuses';

/** How a server behaves. Everything is off by default. */
export type FilmsBehaviour = {
  /** Each path meets one at most, at its first request, so that its second attempt is answered. */
  faults?: Faults;
  lie?: FilmsLie;
  /** Films and directors by id are not there. */
  hasNone?: boolean;
};

/** A films API that keeps exact books. What it finds says nothing of the query, but is always the same for it. */
export type FaultyFilms = {
  url: string;
  /** Digest of what each path was answered with, as the ledger has it. */
  digests: ReadonlyMap<string, string>;
  /** Requests by path, in the order in which each came first. */
  requests: ReadonlyMap<string, number>;
  struck: ReadonlyMap<Fault, number>;
  /** Resolves when this number of requests has come. */
  whenAsked(requests: number): Promise<void>;
  close(): Promise<void>;
};

const usualVersion = 3;
const servers = ['replica-1', 'replica-2', 'primary', 'cache', undefined];

type Film = { id: string; title: string; year: number | null; directors: { id: string; name: string }[] };

function filmOf(id: string): Film {
  const directors = [{ id: `d${id}`, name: `Zoë "${id}" Ōshima` }];
  return { id, title: `¿Film ${id}?`, year: id.endsWith('7') ? null : 1990, directors };
}

/** What the ledger has of a film. */
function saidOf({ id, title, year, directors }: Film): unknown[] {
  return [id, title, year, directors.map(({ name }) => name)];
}

/** Starts the server on a free loopback port. */
export async function startFaultyFilms(behaviour: FilmsBehaviour = {}): Promise<FaultyFilms> {
  const { lie, hasNone = false } = behaviour;
  const digests = new Map<string, string>();
  const requests = new Map<string, number>();
  const struck = new Map<Fault, number>();
  const waiting: { requests: number; resolve: () => void }[] = [];
  const random = randomAt(hashText('faults'), 0);
  let asked = 0;

  const answer = (response: ServerResponse, status: number, body: object): void => {
    const server = servers[asked % servers.length];
    if (server !== undefined) response.setHeader('Caudal-Answered-By', server);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    const text = JSON.stringify(body);
    response.end(lie === 'torn' ? text.slice(0, text.length / 2) : text);
  };

  const say = (path: string, said: unknown, response: ServerResponse, body: object): void => {
    const digest = createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);
    digests.set(path, digest);
    answer(response, 200, body);
  };

  /** A page of what a query finds: up to 30 films, by the hash of the query. */
  const pageOf = (url: URL): { version: number; films: Film[]; next: string | null } => {
    const q = `${url.pathname} ${url.searchParams.get('q')}`;
    const limit = Number(url.searchParams.get('limit') ?? 20);
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const found = Array.from({ length: hashText(q) % 30 }, (_, place) => filmOf(`Q${place}`));
    const isFirst = start === 0;
    const end = start + limit;
    const films = found.slice(lie === 'repeats' && start > limit ? start - 1 : start, end);
    const version = lie === 'another-version' && !isFirst ? usualVersion + 1 : usualVersion;
    const following = new URLSearchParams(url.searchParams);
    following.set('cursor', String(end));
    following.set('at', String(version));
    const next = end < found.length ? `${url.pathname}?${following}` : null;
    return { version, films, next };
  };

  const findFilms = (path: string, url: URL, response: ServerResponse): void => {
    if (lie === 'refuses') {
      answer(response, 404, { title: 'no' });
      return;
    }
    const { version, films, next } = pageOf(url);
    const corrected = hashText(url.searchParams.get('q') ?? '') % 5 === 0 ? 'corrected' : null;
    say(path, [corrected, films.map(saidOf)], response, { version, corrected, films, next });
  };

  const findDirectors = (path: string, url: URL, response: ServerResponse): void => {
    const { version, films, next } = pageOf(url);
    const directors = films.map(({ id }) => ({ id: `d${id}`, name: `Ñ ${id}`, films: 2 }));
    const said = [null, directors.map(({ id, name, films: count }) => [id, name, count])];
    say(path, said, response, { version, corrected: null, directors, next });
  };

  const show = (path: string, url: URL, response: ServerResponse): void => {
    const [, first, id = ''] = url.pathname.split('/');
    if (hasNone) {
      answer(response, 404, { title: 'not there' });
    } else if (first === 'films') {
      const film = filmOf(lie === 'another-film' ? 'Q0' : id);
      say(path, [saidOf(film)], response, { version: usualVersion, film });
    } else {
      const { version, films, next } = pageOf(url);
      const director = { id, name: 'Ñ', films: films.length };
      const said = [[director.id, director.name, director.films], films.map(saidOf)];
      say(path, said, response, { version, director, films, next });
    }
  };

  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const url = new URL(path, 'http://films');
    if (path === '/openapi.json') {
      response.end('{}');
      return;
    }
    asked += 1;
    for (const waiter of waiting) if (asked >= waiter.requests) waiter.resolve();
    const isFirst = !requests.has(path);
    requests.set(path, (requests.get(path) ?? 0) + 1);
    const fault = isFirst ? drawFault(behaviour.faults, random) : undefined;
    if (fault !== undefined) {
      struck.set(fault, (struck.get(fault) ?? 0) + 1);
      strike(fault, request, response);
    } else if (url.pathname === '/films') findFilms(path, url, response);
    else if (url.pathname === '/directors') findDirectors(path, url, response);
    else show(path, url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    digests,
    requests,
    struck,
    whenAsked: (wanted) =>
      new Promise((resolve) => {
        if (asked >= wanted) resolve();
        else waiting.push({ requests: wanted, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
