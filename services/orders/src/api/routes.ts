/** Routes of the orders API: path templates with their methods. */
export const ROUTES = {
  '/': ['GET', 'HEAD', 'POST'],
  '/orders': ['POST'],
  '/orders/{id}': ['GET', 'HEAD'],
  '/orders/{id}/events': ['GET', 'HEAD'],
  '/orders/{id}/cancel': ['POST'],
  '/games': ['GET', 'HEAD'],
  '/page.json': ['GET', 'HEAD'],
  '/openapi.json': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Template of a path of the API. */
export type Route = keyof typeof ROUTES;

/** Metrics label for files of the page and for every path outside {@link ROUTES}. */
export const OTHER_ROUTE = 'other';

const ORDER = /^\/orders\/[^/]+(\/(?:events|cancel))?$/;

/** Maps a path to its template: a bounded set for any input. */
export function routeOf(path: string): string {
  if (Object.hasOwn(ROUTES, path)) return path;
  const [isOrder, part = ''] = ORDER.exec(path) ?? [];
  if (isOrder !== undefined) return `/orders/{id}${part}`;
  return path.startsWith('/docs/') ? '/docs' : OTHER_ROUTE;
}
