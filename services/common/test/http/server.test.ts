import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';

const LIMITS = {
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 5_000,
  keepAliveTimeoutMs: 5_000,
  maxConnections: 10,
  maxBodyBytes: 10,
};

describe('an HTTP server', () => {
  const servers: HttpServer[] = [];
  const sockets: Socket[] = [];
  let protocolErrors: number[];

  beforeEach(() => {
    protocolErrors = [];
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => server.close({ deadlineMs: 0 })));
  });

  function create(...parameters: Parameters<typeof createHttpServer>): HttpServer {
    const server = createHttpServer(...parameters);
    servers.push(server);
    return server;
  }
  async function open(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }
  async function answerTo(port: number, text: string): Promise<string> {
    const socket = await open(port);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.write(text);
    await once(socket, 'close');
    return answer;
  }

  it('rejects a port in use', async () => {
    const port = await create(() => undefined).listen('127.0.0.1', 0);
    await assert.rejects(create(() => undefined).listen('127.0.0.1', port), { code: 'EADDRINUSE' });
  });

  it('answers malformed HTTP with a problem document only when it has limits', async () => {
    const onProtocolError = (status: number) => protocolErrors.push(status);
    const limited = await create(() => undefined, { ...LIMITS, onProtocolError }).listen('127.0.0.1', 0);
    const document = await answerTo(limited, 'nonsense\r\n\r\n');
    assert.match(document, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
    assert.match(document, /\r\n\r\n\{"type":"urn:problem-type:caudal:bad-request"/);
    assert.deepEqual(protocolErrors, [400]);
    const plain = await create(() => undefined).listen('127.0.0.1', 0);
    assert.equal(
      await answerTo(plain, 'nonsense\r\n\r\n'),
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
    );
  });

  it('closes while a connection is open that never asked for anything', async () => {
    const server = create(() => undefined);
    await open(await server.listen('127.0.0.1', 0));
    await server.close();
  });

  it('waits for a request in progress before it is closed', async () => {
    const arrived = Promise.withResolvers<() => void>();
    const server = create((_request, response) => arrived.resolve(() => void response.end('done')));
    const answer = fetch(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    const finish = await arrived.promise;
    let isClosed = false;
    const closing = server.close().then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    assert.equal(isClosed, false);
    finish();
    assert.equal(await (await answer).text(), 'done');
    await closing;
  });

  it('ends a request that is not answered by the deadline', async () => {
    const arrived = Promise.withResolvers<void>();
    const server = create(() => arrived.resolve());
    const answer = fetch(`http://127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
    const refused = assert.rejects(answer);
    await arrived.promise;
    await server.close({ deadlineMs: 1 });
    await refused;
  });
});
