/** What the service serves: paths by their template and the methods they take. */
export const ROUTES: Readonly<Record<string, readonly string[]>> = {
  '/messages': ['POST'],
  '/process': ['POST'],
  '/openapi.json': ['GET', 'HEAD'],
  '/docs': ['GET', 'HEAD'],
};

/** Stands in the metrics for every path that is none of {@link ROUTES}. */
export const OTHER_ROUTE = 'other';

/** The template of a path: one of few, whatever a client asks for. */
export function routeOf(path: string): string {
  if (Object.hasOwn(ROUTES, path)) return path;
  return path.startsWith('/docs/') ? '/docs' : OTHER_ROUTE;
}
