import { errorMessage } from '@caudal/common/errors';
import type { FilmLine } from '../verify/ledger.ts';
import { digestOf } from '../verify/oracle/oracle.ts';
import { readQuestion } from '../verify/question.ts';

/** As a load says it. */
interface ShownFilm {
  readonly id: string;
  readonly title: string;
  readonly year: number | null;
  readonly directors: readonly { readonly name: string }[];
}

interface ShownPerson {
  readonly id: string;
  readonly name: string;
  readonly films: number;
}

/** An answer of the API, as far as it is compared. */
interface Shown {
  readonly version: number;
  readonly corrected?: string | null;
  readonly film?: ShownFilm;
  readonly films?: readonly ShownFilm[];
  readonly director?: ShownPerson;
  readonly directors?: readonly ShownPerson[];
  readonly next?: string | null;
}

const TIMEOUT_MS = 10_000;
const MOST_PAGES = 4;

/**
 * Asks questions one after another, follows the pages of those that have a limit, and keeps a ledger as a load does.
 * @param afterPage called after each page that is followed
 */
export async function askFilms(
  baseUrl: string,
  paths: readonly string[],
  afterPage: () => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly FilmLine[]> {
  const lines: FilmLine[] = [];
  for (const path of paths) {
    let next: string | null | undefined = path;
    for (let page = 0; typeof next === 'string' && page < MOST_PAGES; page += 1) {
      const { line, shown }: Answer = await ask(baseUrl, next);
      lines.push(line);
      next = line.kind === 'page' ? shown?.next : undefined;
      if (typeof next === 'string') await afterPage();
    }
  }
  return lines;
}

interface Answer {
  readonly line: FilmLine;
  readonly shown: Shown | undefined;
}

async function ask(baseUrl: string, path: string): Promise<Answer> {
  const { route } = readQuestion(path);
  const kind = path.includes('limit=') ? 'page' : route;
  const none = { kind, path, attempts: 1, version: undefined, digest: '-', ids: [] };
  try {
    const response = await fetch(`${baseUrl}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status !== 200) return { line: { ...none, status: response.status }, shown: undefined };
    const shown = JSON.parse(text) as Shown;
    const { ids, said } = read(shown);
    return {
      line: { ...none, status: 200, version: shown.version, digest: digestOf(said), ids },
      shown,
    };
  } catch (error) {
    // An answer that never came: what came instead is of use to nothing but a person.
    return { line: { ...none, kind: `${kind}: ${errorMessage(error)}`, status: 0 }, shown: undefined };
  }
}

function read({ corrected, film, films = [], director, directors }: Shown): {
  readonly ids: readonly string[];
  readonly said: unknown;
} {
  if (film !== undefined) return { ids: [film.id], said: [sayFilm(film)] };
  const entries = directors ?? films;
  const said = directors?.map(sayPerson) ?? films.map(sayFilm);
  return {
    ids: entries.map(({ id }) => id),
    said: director === undefined ? [corrected, said] : [sayPerson(director), said],
  };
}

function sayFilm({ id, title, year, directors }: ShownFilm): unknown {
  return [id, title, year, directors.map(({ name }) => name)];
}

function sayPerson({ id, name, films }: ShownPerson): unknown {
  return [id, name, films];
}
