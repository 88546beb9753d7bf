import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands in for ingest: listens at once, but is connected, as `/readyz` says, only when it is asked for the third time. */
const READY_AT = 3;
let asked = 0;

const listen = (answer: (path: string) => number): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => response.writeHead(answer(request.url ?? '')).end());
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const operationsPort = await listen((path) => {
  if (path !== '/readyz') return 404;
  asked += 1;
  return asked < READY_AT ? 503 : 200;
});
const port = await listen(() => (asked < READY_AT ? 503 : 202));
process.stdout.write(`${JSON.stringify({ port, operationsPort })}\n`);
process.once('SIGTERM', () => process.exit(0));
