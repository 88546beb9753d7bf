import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** A service of a scratch system: is ready at once, answers with its name, and notes in a file that it was stopped. */
const { NAME = '', OPERATIONS_PORT = '', HTTP_PORT, STOPPED_FILE = '' } = process.env;

const server = (port: string) =>
  createServer((_request, response) => response.end(`${NAME}\n`)).listen(Number(port), '127.0.0.1');

const servers = [server(OPERATIONS_PORT), ...(HTTP_PORT === undefined ? [] : [server(HTTP_PORT)])];
process.once('SIGTERM', () => {
  appendFileSync(STOPPED_FILE, `${NAME}\n`);
  for (const one of servers) {
    one.close();
    one.closeAllConnections();
  }
});
