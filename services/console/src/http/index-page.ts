/** What the console serves, by path: one list for the page and for the answer to an unknown path. */
export const ENTRIES = [
  { path: '/api/lanes', what: 'totals, backlog, dead letters and consumers of every lane' },
  { path: '/api/lanes?identities=1', what: 'the same, with the identities counted in every store (slow)' },
  { path: '/api/account', what: 'the lanes compared with each other and with what was accepted' },
  { path: '/openapi.json', what: 'the description of this API' },
] as const;

/** A page of links, without script or style: the API is what the console has to offer. */
export function indexPage(lanes: readonly string[]): string {
  const links = ENTRIES.map(({ path, what }) => `<li><a href="${path}">${path}</a>: ${what}</li>`).join('\n');
  // Lane names are lower-case letters, digits and hyphens.
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Caudal console</title></head>
<body>
<h1>Caudal console</h1>
<p>Lanes: ${lanes.join(', ')}</p>
<ul>
${links}
</ul>
</body>
</html>
`;
}
