import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { it } from 'node:test';
import { ConnectionPool } from '@platformatic/kafka';
import { clientOptions } from '../../../src/messaging/kafka/platformatic-client.ts';
import { testKafkaSettings } from '../broker-harness.ts';

it('leaves no connection of a broker that is known twice and comes up while it is tried', async () => {
  // As every client does.
  clientOptions(testKafkaSettings('127.0.0.1:1', 'platformatic'));
  const free = createServer().listen(0);
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  let opened = 0;
  const server = createServer((socket) => {
    opened += 1;
    socket.resume();
  });
  const pool = new ConnectionPool('test', { connectTimeout: 5_000 });
  // Listens at once, before whoever asked hears of the failure.
  pool.once('failed', () => server.listen(port));
  const broker = { host: '127.0.0.1', port };
  await pool.getFirstAvailable([broker, broker]).catch(() => undefined);
  const connection = await pool.get(broker);
  await pool.close();
  assert.equal(connection.isConnected(), false);
  // Resolves when the last connection has ended.
  server.close();
  await once(server, 'close');
  assert.equal(opened, 1);
});
