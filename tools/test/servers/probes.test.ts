import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { answersPostgresql } from '../../servers/probes.ts';

/** What {@link answersPostgresql} says of a server that gives this answer to a startup message of protocol 3.0. */
async function saysOf(answer: string): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (request: Buffer) => {
      const isStartup = request.readInt32BE(0) === request.length && request.readInt32BE(4) === 196_608;
      socket.end(isStartup ? Buffer.from(answer, 'latin1') : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await answersPostgresql((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

test('PostgreSQL answers when it asks who its client is, not while it recovers', async () => {
  assert.equal(await saysOf('R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0'), true);
  assert.equal(await saysOf('E\0\0\0\x30SFATAL\0C57P03\0Mthe database system is starting up\0\0'), false);
  assert.equal(await saysOf(''), false);
});
