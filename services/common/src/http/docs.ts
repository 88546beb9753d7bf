import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import helmet from 'helmet';

/** Files of Swagger UI that are served, out of many in its package. */
const ASSETS: ReadonlySet<string> = new Set([
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
]);

const pageOf = (title: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png" sizes="32x32">
    <link rel="icon" type="image/png" href="docs/favicon-16x16.png" sizes="16x16">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/initialize.js"></script>
  </body>
</html>
`;

// Otherwise Swagger UI would send the document to its vendor's validator.
const INITIALIZE = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`;

/**
 * Serves `/openapi.json` and a Swagger UI at `/docs` without requests to other hosts. The page has the document's title, which is
 * not escaped.
 */
export function createDocs(openApiDocument: { readonly info: { readonly title: string } }): Router {
  const page = pageOf(openApiDocument.info.title);
  const json = JSON.stringify(openApiDocument);
  const directory = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
  const assets = express.static(directory, { index: false, redirect: false, maxAge: '1h' });
  const router = Router({ caseSensitive: true, strict: true });
  router.use(securityHeaders());
  router.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(json);
  });
  router.get('/docs/', (_request, response) => {
    response.redirect(308, '../docs');
  });
  router.get('/docs', (_request, response) => {
    response.type('text/html').send(page);
  });
  router.get('/docs/initialize.js', (_request, response) => {
    response.type('text/javascript').send(INITIALIZE);
  });
  router.use('/docs', (request, response, next) => {
    if (ASSETS.has(request.path)) assets(request, response, next);
    else next();
  });
  return router;
}

/** Swagger UI needs inline styles and icons in data URLs. The ingress handles TLS and HSTS. */
function securityHeaders(): express.RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}
