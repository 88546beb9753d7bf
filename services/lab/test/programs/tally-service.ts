import { createServer } from 'node:http';
import { createOperationsServer } from '@caudal/common/lifecycle';
import { createRegistry } from '@caudal/common/metrics';

/** The one service of the scratch system: counts what is posted to it. TALLY_LOSES: it forgets every tenth, on purpose. */
const { HTTP_PORT, OPERATIONS_PORT, TALLY_LOSES } = process.env;
let accepted = 0;
let total = 0;
const stopping = new AbortController();
const api = createServer((request, response) => {
  if (request.method === 'POST') {
    accepted += 1;
    if (TALLY_LOSES === undefined || accepted % 10 !== 0) total += 1;
    response.writeHead(202).end();
  } else {
    response.end(JSON.stringify({ total }));
  }
});
const operations = createOperationsServer({
  registry: createRegistry(),
  checks: () => ({ api: { ok: api.listening } }),
  stopping: stopping.signal,
});
await operations.listen('127.0.0.1', Number(OPERATIONS_PORT));
api.listen(Number(HTTP_PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  stopping.abort();
  api.close();
  api.closeAllConnections();
  void operations.close();
});
