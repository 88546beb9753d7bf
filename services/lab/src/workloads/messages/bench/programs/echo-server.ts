import type { AddressInfo } from 'node:net';
import express from 'express';

/** Reference for ingest and for the shop: Express 5 with its own JSON parser, echoing the body. */
const app = express();
app.use(express.json({ limit: '1mb' }));
app.post(['/messages', '/orders'], (request, response) => {
  response.status(202).json(request.body);
});
const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
