import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers a path such as `query_range` by its parameters: data of Prometheus' HTTP API. @throws Error to answer with its message */
export type AnswerQuery = (path: string, parameters: URLSearchParams) => unknown;

/** An HTTP server that speaks as Prometheus does. */
export async function startFakePrometheus(
  answer: AnswerQuery,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Content-Type', 'application/json').setHeader('Connection', 'close');
    try {
      const data = answer(url.pathname.replace('/api/v1/', ''), url.searchParams);
      response.end(JSON.stringify({ status: 'success', data }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(400).end(JSON.stringify({ status: 'error', error: message }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
