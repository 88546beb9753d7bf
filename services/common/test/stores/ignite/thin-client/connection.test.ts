import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { generate } from 'selfsigned';
import {
  type Connection,
  type ConnectionSettings,
  openConnection,
} from '../../../../src/stores/ignite/thin-client/connection.ts';
import { IgniteError } from '../../../../src/stores/ignite/thin-client/ignite-error.ts';
import {
  ACCEPTED,
  answer,
  type FakeServer,
  framed,
  startAcceptingServer,
  startFakeServer,
} from './fake-server.ts';

const OPERATION = 1_000;

const open: FakeServer[] = [];
const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.close();
  for (const server of open.splice(0)) await server.close();
});

async function serve(onRequest: (request: Buffer, socket: Socket) => void): Promise<FakeServer> {
  const server = await startAcceptingServer(onRequest);
  open.push(server);
  return server;
}

async function connectTo(
  { port }: FakeServer,
  overrides: Partial<ConnectionSettings> = {},
  stopping?: AbortSignal,
): Promise<Connection> {
  const settings = { host: '127.0.0.1', port, tls: undefined, credentials: undefined, timeoutMs: 5_000 };
  const connection = await openConnection({ ...settings, ...overrides }, stopping);
  opened.push(connection);
  return connection;
}

/** Sends a number and returns the one that is answered. */
const echo = (connection: Connection, number: number, timeoutMs?: number): Promise<number> =>
  connection.request(
    OPERATION,
    (payload) => payload.int(number),
    (payload) => payload.int(),
    timeoutMs,
  );

describe('a connection', () => {
  it('gives each answer to its request, in whatever order they come', async () => {
    const requests: Buffer[] = [];
    const server = await serve((request, socket) => {
      requests.push(request);
      if (requests.length < 3) return;
      for (const one of requests.reverse()) socket.write(framed(answer(one, 0, one.subarray(10))));
    });
    const connection = await connectTo(server);
    assert.deepEqual(await Promise.all([1, 2, 3].map((number) => echo(connection, number))), [1, 2, 3]);
    assert.equal(requests[0]?.readInt16LE(0), OPERATION);
  });

  it('passes over the version of a changed topology', async () => {
    const server = await serve((request, socket) =>
      socket.write(framed(answer(request, 2, Buffer.alloc(12, 7), request.subarray(10)))),
    );
    assert.equal(await echo(await connectTo(server), 5), 5);
  });

  it('fails a request that the server refuses, and no other', async () => {
    const reason = Buffer.from([0xe8, 3, 0, 0, 9, 2, 0, 0, 0, 0x6e, 0x6f]);
    const server = await serve((request, socket) =>
      socket.write(
        framed(
          request.readInt32LE(10) === 1
            ? answer(request, 1, reason)
            : answer(request, 0, request.subarray(10)),
        ),
      ),
    );
    const connection = await connectTo(server);
    await assert.rejects(echo(connection, 1), { kind: 'server', status: 1_000, message: 'no' });
    assert.equal(await echo(connection, 2), 2);
  });

  it('fails everything that waits when the server closes it', async () => {
    let requests = 0;
    const server = await serve((_, socket) => {
      requests += 1;
      if (requests === 2) socket.destroy();
    });
    const connection = await connectTo(server);
    for (const result of await Promise.allSettled([echo(connection, 1), echo(connection, 2)])) {
      assert.equal(result.status, 'rejected');
      assert.equal((result.reason as IgniteError).kind, 'connection');
    }
    assert.match((await connection.closed).message, /the server closed the connection|ECONNRESET/);
    await assert.rejects(echo(connection, 3), { kind: 'connection', message: 'the connection is closed' });
  });

  it('is closed when an answer does not come in time: what comes later belongs to nothing', async () => {
    const server = await serve(() => undefined);
    const connection = await connectTo(server);
    const other = assert.rejects(echo(connection, 1), { message: 'no answer within 20 ms' });
    await assert.rejects(echo(connection, 2, 20), { kind: 'connection', message: 'no answer within 20 ms' });
    await other;
    await assert.rejects(echo(connection, 3), { message: 'the connection is closed' });
    assert.equal((await connection.closed).message, 'no answer within 20 ms');
  });

  it('fails when the handshake is not answered in time', async () => {
    const server = await startFakeServer(() => undefined);
    open.push(server);
    await assert.rejects(connectTo(server, { timeoutMs: 20 }), {
      kind: 'connection',
      message: 'no connection within 20 ms',
    });
  });

  it('fails with a hint when the server hangs up on the handshake, as one with TLS does', async () => {
    const server = await startFakeServer((_, socket) => socket.end());
    open.push(server);
    await assert.rejects(connectTo(server), {
      kind: 'connection',
      message:
        'the server closed the connection before the handshake was over; does it ask for TLS (ignites://)?',
    });
  });

  it('fails when the port is closed', async () => {
    const server = await startFakeServer(() => undefined);
    await server.close();
    await assert.rejects(connectTo(server), { kind: 'connection', message: /ECONNREFUSED/ });
  });

  it('is closed by its signal, at any stage', async () => {
    const silent = await startFakeServer(() => undefined);
    open.push(silent);
    for (const server of [silent, await serve(() => undefined)]) {
      const stopping = new AbortController();
      const connecting = connectTo(server, {}, stopping.signal);
      if (server !== silent) await connecting;
      stopping.abort();
      const reason = server === silent ? await connecting.catch(String) : String(await opened.at(-1)?.closed);
      assert.match(String(reason), /closed by the client/);
    }
    const stopped = connectTo(silent, {}, AbortSignal.abort());
    await assert.rejects(stopped, /closed by the client/);
  });

  const misbehaviours: [string, (request: Buffer) => Buffer, RegExp][] = [
    ['answers a request that was not sent', () => framed(Buffer.alloc(10, 1)), /answer to no request/],
    ['claims a frame that is too large', () => Buffer.from('ffffff7f', 'hex'), /at most 67108864 are read/],
    ['claims a negative length', () => Buffer.from('ffffffff', 'hex'), /a frame of -1 bytes/],
    ['sends a frame without a header', () => framed(Buffer.alloc(3)), /ends in the middle of a field/],
    [
      'sends an answer without a result',
      (request) => framed(answer(request, 0)),
      /ends in the middle of a field/,
    ],
    [
      'sends an error without a status',
      (request) => framed(answer(request, 1)),
      /ends in the middle of a field/,
    ],
  ];
  for (const [what, misbehave, message] of misbehaviours) {
    it(`is closed when the server ${what}`, async () => {
      const server = await serve((request, socket) => socket.write(misbehave(request)));
      const connection = await connectTo(server);
      await assert.rejects(echo(connection, 1), { kind: 'protocol', message });
      assert.match((await connection.closed).message, message);
    });
  }

  it('settles every request, whatever bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (bytes, isFramed) => {
        const server = await startAcceptingServer((_, socket) =>
          socket.end(isFramed ? framed(Buffer.from(bytes)) : Buffer.from(bytes)),
        );
        try {
          const connection = await connectTo(server);
          await assert.rejects(echo(connection, 1), IgniteError);
        } finally {
          await server.close();
        }
      }),
      { numRuns: 50 },
    );
  });

  it('uses TLS, and trusts only the CA it was given', async () => {
    const pairOf = () =>
      generate([{ name: 'commonName', value: 'localhost' }], {
        algorithm: 'sha256',
        extensions: [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
        ],
      });
    const [pair, other] = [await pairOf(), await pairOf()];
    const server = await startFakeServer((_, socket) => socket.write(framed(ACCEPTED)), {
      key: pair.private,
      cert: pair.cert,
    });
    open.push(server);
    await connectTo(server, { tls: { ca: pair.cert } });
    for (const ca of [other.cert, undefined])
      await assert.rejects(connectTo(server, { tls: { ca } }), {
        kind: 'connection',
        message: /self-signed/,
      });
  });
});
