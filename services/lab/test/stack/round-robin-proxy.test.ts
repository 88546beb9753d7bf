import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import { type RoundRobinProxy, startRoundRobinProxy } from '../../src/stack/round-robin-proxy.ts';

describe('the round-robin proxy', () => {
  const servers: Server[] = [];
  let proxy: RoundRobinProxy | undefined;

  afterEach(async () => {
    await proxy?.close();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function serverSaying(word: string): Promise<number> {
    const server = createServer((socket) => socket.end(word));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
  const ask = (port: number): Promise<string> => text(connect({ host: '127.0.0.1', port }));

  it('takes turns, and passes by who refuses', async () => {
    const [a, b] = [await serverSaying('a'), await serverSaying('b')];
    const gone = servers.pop();
    proxy = await startRoundRobinProxy(0);
    const { port } = proxy;
    proxy.setTargets([a, b]);
    assert.deepEqual([await ask(port), await ask(port)].sort(), ['a', 'b']);
    await new Promise((resolve) => gone?.close(resolve));
    assert.deepEqual([await ask(port), await ask(port), await ask(port)], ['a', 'a', 'a']);
  });

  it('counts the bytes it has sent to each, over open and closed connections', async () => {
    const server = createServer((socket) => socket.once('data', (request) => socket.write(request)));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    proxy = await startRoundRobinProxy(0);
    proxy.setTargets([port]);
    const sent: number[] = [];
    for (const request of ['hello', 'again']) {
      const client = connect({ host: '127.0.0.1', port: proxy.port });
      client.write(request);
      await once(client, 'data');
      sent.push(proxy.bytesSentTo(port));
      client.destroy();
    }
    assert.deepEqual([...sent, proxy.bytesSentTo(await serverSaying('b'))], [5, 10, 0]);
  });

  it('counts connections that a server breaks before it has answered, and no others', async () => {
    // Answers the first request of a connection and breaks it at the second.
    const server = createServer((socket) => {
      socket.once('data', (request) => {
        socket.write(request);
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startRoundRobinProxy(0);
    proxy.setTargets([(server.address() as AddressInfo).port]);
    const open = async () => {
      const client = connect({ host: '127.0.0.1', port: proxy?.port ?? 0 });
      client.write('first');
      await once(client, 'data');
      return client;
    };
    const leaving = await open();
    leaving.destroy();
    await once(leaving, 'close');
    const client = await open();
    assert.equal(proxy.cutOff(), 0);
    client.write('second');
    await once(client, 'close');
    assert.equal(proxy.cutOff(), 1);
  });

  for (const [lateAfterMs, late] of [
    [0, 2],
    [Number.POSITIVE_INFINITY, 0],
  ] as const) {
    it(`counts ${late} of two answers as late that may take ${lateAfterMs} ms`, async () => {
      const server = createServer((socket) => socket.on('data', (request) => socket.write(request)));
      servers.push(server);
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      proxy = await startRoundRobinProxy(0, lateAfterMs);
      proxy.setTargets([(server.address() as AddressInfo).port]);
      const client = connect({ host: '127.0.0.1', port: proxy.port });
      for (const request of ['first', 'second']) {
        client.write(request);
        await once(client, 'data');
      }
      assert.equal(proxy.answeredLate(), late);
      client.destroy();
    });
  }

  it('closes the connection when no server is there', async () => {
    proxy = await startRoundRobinProxy(0);
    assert.equal(await ask(proxy.port), '');
  });
});
