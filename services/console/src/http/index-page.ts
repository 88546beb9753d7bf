/** A path of the console, and what it serves. */
interface Entry {
  readonly path: string;
  readonly what: string;
}

/** Paths of the console, for the index page. */
export function entriesOf({ hasStream, isLive }: { hasStream: boolean; isLive: boolean }): readonly Entry[] {
  return [
    { path: '/api/lanes', what: 'totals, backlog, dead letters and consumers of every lane' },
    { path: '/api/lanes?identities=1', what: 'the same, with the identities counted in every store (slow)' },
    { path: '/api/account', what: 'comparison of the lanes with each other and with accepted messages' },
    ...(hasStream ? STREAM_ENTRIES : []),
    ...(isLive ? [{ path: '/api/live', what: 'messages as they pass, as server-sent events' }] : []),
    { path: '/openapi.json', what: 'OpenAPI document' },
  ];
}

const STREAM_ENTRIES: readonly Entry[] = [
  { path: '/api/stream', what: 'state of the lanes as server-sent events: everything, then what changes' },
  { path: '/api/consumers', what: 'consumers with partitions and what they have in hand' },
  { path: '/api/history', what: 'rates, latencies and backlogs of the last minutes' },
];

/** Renders a page of links without script or style. */
export function indexPage(lanes: readonly string[], entries: readonly Entry[]): string {
  const links = entries.map(({ path, what }) => `<li><a href="${path}">${path}</a>: ${what}</li>`).join('\n');
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
