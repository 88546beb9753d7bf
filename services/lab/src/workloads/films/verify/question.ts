/** What a question is about: its route. */
export type Route = 'films' | 'film' | 'directors' | 'director';

/** A question to the API, read from its path. */
export interface Question {
  readonly route: Route;
  /** Id of the film or of the director that it is about; empty in a search. */
  readonly id: string;
  /** As it was asked; empty where nothing was. */
  readonly q: string;
  readonly year: number | undefined;
  readonly mode: 'search' | 'contains';
  readonly limit: number;
  /** Where a page begins, which only the API can read; undefined for the first. */
  readonly cursor: string | undefined;
  /** Version that was asked for. */
  readonly at: number | undefined;
  /** The same for all pages of one search, whatever its version. */
  readonly search: string;
}

const DEFAULT_LIMIT = 20;

/** Reads a question from its path and query. @throws Error for a path that is none of the API's */
export function readQuestion(path: string): Question {
  const { pathname, searchParams } = new URL(path, 'http://films');
  const [route, id] = routeOf(pathname);
  const get = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const number = (name: string): number | undefined => {
    const text = get(name);
    return text === undefined || text === '' ? undefined : Number(text);
  };
  const question = {
    route,
    id,
    q: get('q') ?? '',
    year: number('year'),
    mode: get('mode') === 'contains' ? ('contains' as const) : ('search' as const),
    limit: number('limit') ?? DEFAULT_LIMIT,
  };
  return { ...question, cursor: get('cursor'), at: number('at'), search: JSON.stringify(question) };
}

function routeOf(pathname: string): readonly [Route, string] {
  const [, first, id, last, ...more] = pathname.split('/');
  if (more.length === 0 && last === undefined) {
    if (id === undefined && (first === 'films' || first === 'directors')) return [first, ''];
    if (id !== undefined && first === 'films') return ['film', decodeURIComponent(id)];
  }
  if (first === 'directors' && id !== undefined && last === 'films' && more.length === 0)
    return ['director', decodeURIComponent(id)];
  throw new Error(`the API has no ${pathname}`);
}
