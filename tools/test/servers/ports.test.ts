import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { chooseFreePorts, isPortFree } from '../../servers/ports.ts';

test('ports are free, different, and outside the range for outgoing connections', async () => {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  const [firstOutgoing = 0, lastOutgoing = 0] = range.trim().split(/\s+/).map(Number);
  const ports = await chooseFreePorts(20);
  assert.equal(new Set(ports).size, 20);
  for (const port of ports) {
    assert.ok(port < firstOutgoing || port > lastOutgoing, `${port} is in ${firstOutgoing}–${lastOutgoing}`);
    assert.equal(await isPortFree(port), true);
  }
});

test('a port with a listener is not free', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    assert.equal(await isPortFree((server.address() as AddressInfo).port), false);
  } finally {
    server.close();
  }
});
