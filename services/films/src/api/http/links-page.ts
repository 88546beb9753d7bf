import { ROUTES } from '../routes.ts';

/** Renders a page of links without script or style, for where the page was not built. */
export function linksPage(): string {
  const links = Object.entries(ROUTES)
    .filter(
      ([path, methods]) => path !== '/' && !path.includes('{') && methods.some((method) => method === 'GET'),
    )
    .map(([path]) => `<li><a href=".${path}">${path}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Caudal films</title></head>
<body>
<h1>Caudal films</h1>
<ul>
${links.join('\n')}
</ul>
</body>
</html>
`;
}
