/** Routes of the service: path templates with their methods. */
export const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/messages': ['POST'],
  '/process': ['POST'],
  '/openapi.json': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
};

/** Metrics label for every path outside {@link ROUTES}. */
export const OTHER_ROUTE = 'other';

/** Maps a path to its template: a bounded set for any input. */
export function routeOf(path: string): string {
  if (Object.hasOwn(ROUTES, path)) return path;
  return path.startsWith('/docs/') ? '/docs' : OTHER_ROUTE;
}
