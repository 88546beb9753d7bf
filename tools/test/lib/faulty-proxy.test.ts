import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type FaultyProxy, startFaultyProxy } from '../../lib/faulty-proxy.ts';

describe('the faulty proxy', () => {
  let server: Server;
  let proxy: FaultyProxy;
  let requests: string[];
  const clients: Socket[] = [];

  beforeEach(async () => {
    requests = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        requests.push(String(chunk));
        server.emit('request');
        socket.write(`re: ${String(chunk)}`);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startFaultyProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function open(): Promise<Socket> {
    const client = connect({ host: '127.0.0.1', port: proxy.port });
    clients.push(client);
    await once(client, 'connect');
    return client;
  }
  async function ask(client: Socket, request: string): Promise<string> {
    const reply = once(client, 'data');
    client.write(request);
    return String((await reply)[0]);
  }
  /** How the connection ended. */
  const endOf = (client: Socket): Promise<string> =>
    new Promise((resolve) => {
      client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      client.once('close', () => resolve('closed'));
    });

  it('passes everything on while there is no fault', async () => {
    assert.equal(await ask(await open(), 'a'), 're: a');
    assert.equal(proxy.repliesHeldBack, 0);
  });

  it('carries a request out and resets the connection instead of replying, as often as requested', async () => {
    proxy.resetInsteadOfReplies(1);
    const client = await open();
    const end = endOf(client);
    client.write('a');
    assert.equal(await end, 'ECONNRESET');
    assert.deepEqual([requests, proxy.repliesHeldBack], [['a'], 1]);
    assert.equal(await ask(await open(), 'b'), 're: b');
  });

  it('delivers as many replies as requested before it resets a connection', async () => {
    proxy.resetInsteadOfReplies(1, 2);
    const client = await open();
    for (const request of ['a', 'b']) assert.equal(await ask(client, request), `re: ${request}`);
    const end = endOf(client);
    client.write('c');
    assert.equal(await end, 'ECONNRESET');
    assert.deepEqual([requests, proxy.repliesHeldBack], [['a', 'b', 'c'], 1]);
  });

  it('swallows replies until it passes again, and resets who lost one', async () => {
    const [victim, bystander] = [await open(), await open()];
    victim.on('data', () => assert.fail('a reply came through'));
    assert.equal(await ask(bystander, 'before'), 're: before');
    proxy.swallowReplies();
    const request = once(server, 'request');
    const end = endOf(victim);
    victim.write('a');
    await request;
    // The reply is on its way to the proxy: it is held back once the proxy has read it.
    while (proxy.repliesHeldBack === 0) await new Promise((resolve) => setImmediate(resolve));
    proxy.pass();
    assert.equal(await end, 'ECONNRESET');
    assert.equal(await ask(bystander, 'after'), 're: after');
  });

  it('holds the replies from a certain request on, and delivers them when it passes again', async () => {
    const client = await open();
    const replies: string[] = [];
    client.on('data', (chunk) => replies.push(String(chunk)));
    assert.equal(await ask(client, 'a'), 're: a');
    const hasArrived = proxy.holdReplies((request) => String(request) === 'b');
    assert.equal(await ask(client, 'c'), 're: c');
    client.write('b');
    await hasArrived;
    // The replies of other connections are held as well.
    const bystander = await open();
    const bystanderReply = once(bystander, 'data');
    bystander.write('d');
    while (proxy.repliesHeldBack < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(replies, ['re: a', 're: c']);
    const reply = once(client, 'data');
    proxy.pass();
    assert.deepEqual([String((await reply)[0]), String((await bystanderReply)[0])], ['re: b', 're: d']);
  });

  it('lets no one through while it refuses', async () => {
    const open1 = await open();
    const end = endOf(open1);
    proxy.refuse();
    assert.equal(await end, 'ECONNRESET');
    const client = connect({ host: '127.0.0.1', port: proxy.port });
    clients.push(client);
    assert.match(await endOf(client), /ECONNRESET|closed/);
    assert.deepEqual(requests, []);
    proxy.pass();
    assert.equal(await ask(await open(), 'b'), 're: b');
  });
});
