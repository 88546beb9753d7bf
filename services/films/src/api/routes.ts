import { PAGE_ROUTES } from '../page/routes.ts';

/** Routes of the films API: path templates with their methods. */
export const ROUTES = {
  ...PAGE_ROUTES,
  '/films': ['GET', 'HEAD'],
  '/films/{id}': ['GET', 'HEAD'],
  '/directors': ['GET', 'HEAD'],
  '/directors/{id}/films': ['GET', 'HEAD'],
  '/openapi.json': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Template of a path of the API. */
export type Route = keyof typeof ROUTES;

/** Metrics label for files of the page and for every path outside {@link ROUTES}. */
export const OTHER_ROUTE = 'other';

const WITH_ID = /^\/(films|film|director|directors(?=\/[^/]+\/films$))\/[^/]+(\/films)?$/;

/** Maps a path to its template: a bounded set for any input. */
export function routeOf(path: string): string {
  if (Object.hasOwn(ROUTES, path)) return path;
  const [, first, rest = ''] = WITH_ID.exec(path) ?? [];
  const route = `/${first}/{id}${rest}`;
  if (first !== undefined && Object.hasOwn(ROUTES, route)) return route;
  return path.startsWith('/docs/') ? '/docs' : OTHER_ROUTE;
}
