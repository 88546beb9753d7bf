import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, test } from 'node:test';
import { answersIgnite, settleIgnite } from '../../../../servers/descriptions/ignite/readiness.ts';

/** A cluster as its thin clients see it, and what they have asked of it. */
interface Cluster {
  password: string;
  isActive: boolean;
  /** Ends connections instead of running statements. */
  isFailing: boolean;
  readonly log: string[];
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const frame = (...bytes: readonly (Buffer | number)[]): Buffer => {
  const body = Buffer.concat(bytes.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)));
  const length = Buffer.alloc(4);
  length.writeInt32LE(body.length);
  return Buffer.concat([length, body]);
};
const text = (value: string): Buffer => frame(Buffer.from(value));

function textAt(request: Buffer, offset: number): string {
  return request.toString('utf8', offset + 5, offset + 5 + request.readInt32LE(offset + 1));
}

/** Answers as Ignite 2.17 does; resolves with its port. */
async function serve(cluster: Cluster): Promise<number> {
  const server = createServer((socket) => {
    let isIn = false;
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => {
      if (!isIn) {
        // Length, operation, version, kind of client, features; then two strings, each with type and length in front.
        const password = textAt(request, 17 + 5 + 'ignite'.length);
        isIn = textAt(request, 17) === 'ignite' && password === cluster.password;
        const refused = [
          0,
          Buffer.alloc(6),
          9,
          text('The user name or password is incorrect'),
          Buffer.from([0xd0, 7, 0, 0]),
        ];
        socket.write(isIn ? frame(1) : frame(...refused));
        if (!isIn) socket.end();
        return;
      }
      const operation = request.readInt16LE(4);
      const identifier = request.subarray(6, 14);
      const reply = (...body: readonly (Buffer | number)[]) => socket.write(frame(identifier, 0, 0, ...body));
      const refuse = (reason: string) =>
        socket.write(frame(identifier, 1, 0, Buffer.alloc(4), 9, text(reason)));
      if (operation === 5_000) reply(cluster.isActive ? 1 : 0);
      else if (operation === 5_001) {
        cluster.log.push('activate');
        cluster.isActive = request[14] === 1;
        reply();
      } else if (cluster.isFailing) socket.destroy();
      else if (!cluster.isActive) refuse('the cluster is inactive');
      else {
        const [, password] =
          /ALTER USER "ignite" WITH PASSWORD '(\w+)'/.exec(request.toString('latin1')) ?? [];
        cluster.log.push('change the password');
        cluster.password = password ?? '';
        reply();
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const cluster = (state: Partial<Cluster> = {}): Cluster => ({
  password: 'ignite',
  isActive: false,
  isFailing: false,
  log: [],
  ...state,
});

test('a new cluster is activated and gets the password, once', async () => {
  const fresh = cluster();
  const port = await serve(fresh);
  assert.equal(await answersIgnite(port, 'secret'), false);
  await settleIgnite(port, 'secret');
  assert.equal(await answersIgnite(port, 'secret'), true);
  await settleIgnite(port, 'secret');
  assert.deepEqual(fresh.log, ['activate', 'change the password']);
});

test('what an interrupted first start left is completed', async () => {
  const failing = cluster({ isFailing: true });
  const port = await serve(failing);
  await settleIgnite(port, 'secret');
  assert.deepEqual(failing, cluster({ isFailing: true, isActive: true, log: ['activate'] }));
  failing.isFailing = false;
  await settleIgnite(port, 'secret');
  assert.equal(await answersIgnite(port, 'secret'), true);
});

test('an inactive cluster is not ready, and is activated', async () => {
  const inactive = cluster({ password: 'secret' });
  const port = await serve(inactive);
  assert.equal(await answersIgnite(port, 'secret'), false);
  await settleIgnite(port, 'secret');
  assert.deepEqual(inactive, cluster({ password: 'secret', isActive: true, log: ['activate'] }));
});

test('a cluster with another password is left alone', async () => {
  const foreign = cluster({ password: 'other', isActive: true });
  const port = await serve(foreign);
  await settleIgnite(port, 'secret');
  assert.equal(await answersIgnite(port, 'secret'), false);
  assert.deepEqual(foreign.log, []);
});

test('nothing is ready, and nothing fails, where no node answers or another protocol does', async () => {
  const server = createServer(
    (socket) => void socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const probed of [port, 1]) {
    assert.equal(await answersIgnite(probed, 'secret'), false);
    await settleIgnite(probed, 'secret');
  }
});
