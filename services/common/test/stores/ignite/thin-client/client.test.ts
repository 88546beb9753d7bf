import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createThinClient, type ThinClient } from '../../../../src/stores/ignite/thin-client/client.ts';
import { IgniteError } from '../../../../src/stores/ignite/thin-client/ignite-error.ts';
import { eventually } from '../../../support/index.ts';
import { type FakeServer, startAcceptingServer, startFakeServer } from './fake-server.ts';

let server: FakeServer;
let client: ThinClient;
let ready = 0;
const failures: string[] = [];
afterEach(async () => {
  await client.close();
  await server.close();
  ready = 0;
  failures.length = 0;
});

function createFor(port: number, prepare: () => Promise<void> = () => Promise.resolve()): ThinClient {
  return createThinClient({
    host: '127.0.0.1',
    port,
    tls: undefined,
    credentials: undefined,
    timeoutMs: 5_000,
    prepare,
    onReady: () => {
      ready += 1;
    },
    onFailure: ({ message }) => void failures.push(message),
  });
}

describe('a thin client', () => {
  it('opens the next connection when one is lost', async () => {
    server = await startAcceptingServer(() => undefined);
    client = createFor(server.port);
    await client.connect();
    const first = client.connection();
    server.connections[0]?.destroy();
    await first.closed;
    await eventually(
      () => ready,
      (count) => count === 2,
    );
    assert.notEqual(client.connection(), first);
    assert.equal(failures.length, 1);
  });

  it('is ready once a connection is prepared, and tries again after a failure', async () => {
    server = await startAcceptingServer(() => undefined);
    let attempts = 0;
    client = createFor(server.port, () => {
      attempts += 1;
      return attempts < 3
        ? Promise.reject(new IgniteError('server', `attempt ${attempts}`))
        : Promise.resolve();
    });
    const connected = client.connect();
    assert.equal(client.isReady(), false);
    assert.throws(() => client.connection(), { kind: 'connection', message: 'not connected yet' });
    await connected;
    assert.equal(client.isReady(), true);
    assert.deepEqual(failures, ['attempt 1', 'attempt 2']);
    assert.deepEqual([ready, server.connections.length], [1, 3]);
  });

  it('closes a connection that could not be prepared', async () => {
    server = await startAcceptingServer(() => undefined);
    client = createFor(server.port, () => Promise.reject(new Error('unknown')));
    client.connect().catch(() => undefined);
    await eventually(
      () => server.connections,
      ([first]) => first?.destroyed === true || first?.readableEnded === true,
    );
    assert.equal(client.isReady(), false);
    assert.throws(() => client.connection(), /unknown/);
  });

  it('says why there is no connection', async () => {
    server = await startFakeServer((_, socket) => socket.destroy());
    client = createFor(server.port);
    client.connect().catch(() => undefined);
    await eventually(
      () => failures,
      ({ length }) => length >= 2,
    );
    assert.throws(() => client.connection(), { kind: 'connection', message: failures[0] as string });
  });

  it('stops trying when it is closed', async () => {
    server = await startFakeServer(() => undefined);
    client = createFor(server.port);
    const connected = client.connect();
    await eventually(
      () => server.connections,
      ({ length }) => length === 1,
    );
    await Promise.all([client.close(), assert.rejects(connected, /closed before it was connected/)]);
    assert.equal(server.connections.length, 1);
    assert.deepEqual(failures, []);
  });
});
