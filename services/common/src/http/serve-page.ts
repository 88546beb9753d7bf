import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';

/** Everything comes from the service itself, and nothing is inline: text of a user can never run. */
export const CONTENT_POLICY = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'connect-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
} as const;

/** For a year: another content has another name. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves the built page, or a page of links without script where it was not built.
 *
 * @param directory of the built page
 * @param links the page of links, as HTML
 * @param otherwise called for other methods than GET and HEAD
 */
export function servePage(directory: string, links: string, otherwise: RequestHandler): RequestHandler {
  const isBuilt = existsSync(join(directory, 'index.html'));
  const router = Router();
  router
    .route('/')
    .get((_request, response) => {
      if (isBuilt) response.sendFile('index.html', { root: directory, cacheControl: false });
      else response.type('html').send(links);
    })
    .all(otherwise);
  router.use(
    '/assets',
    express.static(join(directory, 'assets'), {
      index: false,
      setHeaders: (response) => void response.setHeader('Cache-Control', FOREVER),
    }),
  );
  router.use(express.static(directory, { index: false, cacheControl: false }));
  return router;
}
