/** Paths of the console, for the index page and the 404 response. */
export const ENTRIES = [
  { path: '/api/lanes', what: 'totals, backlog, dead letters and consumers of every lane' },
  { path: '/api/lanes?identities=1', what: 'the same, with the identities counted in every store (slow)' },
  { path: '/api/account', what: 'comparison of the lanes with each other and with accepted messages' },
  { path: '/api/stream', what: 'state of the lanes as server-sent events: everything, then what changes' },
  { path: '/api/live', what: 'messages as they pass, as server-sent events; only where it is on' },
  { path: '/api/consumers', what: 'consumers with partitions and what they have in hand' },
  { path: '/api/history', what: 'rates, latencies and backlogs of the last minutes' },
  { path: '/openapi.json', what: 'OpenAPI document' },
] as const;

/** Renders a page of links without script or style. */
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
