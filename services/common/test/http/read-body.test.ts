import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createByteBudget } from '../../src/http/byte-budget.ts';
import { ClientGoneError, readBody } from '../../src/http/read-body.ts';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';

const BUDGET_BYTES = 100;
const MAX_BYTES = 10;

describe('reading a body', () => {
  const tooLarge = new Error('too large');
  const noRoom = new Error('no room');
  let server: HttpServer;
  let port: number;
  let budget: ReturnType<typeof createByteBudget>;
  let outcome: PromiseWithResolvers<unknown>;

  beforeEach(async () => {
    budget = createByteBudget(BUDGET_BYTES);
    outcome = Promise.withResolvers();
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      const options = { maxBytes: MAX_BYTES, budget, tooLarge: () => tooLarge, noRoom: () => noRoom };
      readBody(request, options)
        .then((body) => outcome.resolve(String(body)), outcome.resolve)
        .finally(() => response.end());
    };
    server = createHttpServer(listener);
    port = await server.listen('127.0.0.1', 0);
  });
  afterEach(() => server.close({ deadlineMs: 0 }));

  async function outcomeOf(...parts: readonly string[]): Promise<unknown> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    for (const part of parts) socket.write(part);
    const result = await outcome.promise;
    socket.destroy();
    return result;
  }
  const head = (...headers: readonly string[]) =>
    ['POST / HTTP/1.1', 'Host: test', ...headers, '', ''].join('\r\n');
  const chunked = head('Transfer-Encoding: chunked');

  it('returns it whole and keeps its bytes in the budget', async () => {
    assert.equal(await outcomeOf(chunked, '5\r\nabcde\r\n', '5\r\nfghij\r\n0\r\n\r\n'), 'abcdefghij');
    assert.equal(budget.used(), 10);
  });

  it('refuses one that is announced as too large, or becomes it, and returns its bytes', async () => {
    assert.equal(await outcomeOf(head('Content-Length: 11')), tooLarge);
    outcome = Promise.withResolvers();
    assert.equal(await outcomeOf(chunked, '5\r\nabcde\r\n', '6\r\nfghijk\r\n'), tooLarge);
    assert.equal(budget.used(), 0);
  });

  it('refuses one that the budget has no room for, and returns its bytes', async () => {
    budget.take(BUDGET_BYTES - 7);
    assert.equal(await outcomeOf(chunked, '5\r\nabcde\r\n', '3\r\nfgh\r\n'), noRoom);
    assert.equal(budget.used(), BUDGET_BYTES - 7);
  });

  it('ends when the client leaves, and returns its bytes', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`${head('Content-Length: 10')}abcde`);
    while (budget.used() < 5) await new Promise(setImmediate);
    socket.destroy();
    assert.ok((await outcome.promise) instanceof ClientGoneError);
    assert.equal(budget.used(), 0);
  });
});
