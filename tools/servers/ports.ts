import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';

const lowest = 10_240;
const attempts = 200;

/**
 * Chooses random free TCP ports on 127.0.0.1 below the range that the system uses for outgoing connections.
 *
 * A port in that range may be taken when a killed server returns: a client that keeps retrying can get the same port as
 * its source port and connect to itself.
 *
 * @throws Error if none can be found
 */
export async function chooseFreePorts(count: number): Promise<number[]> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768');
  const firstOutgoing = Number(range.trim().split(/\s+/)[0]);
  const highest = firstOutgoing > lowest + 1_000 ? firstOutgoing : 32_768;
  const chosen = new Set<number>();
  for (let attempt = 0; chosen.size < count; attempt += 1) {
    if (attempt > attempts + count) throw new Error(`no ${count} free ports from ${lowest} to ${highest}`);
    const port = randomInt(lowest, highest);
    if (!chosen.has(port) && (await isPortFree(port))) chosen.add(port);
  }
  return [...chosen];
}

/** Whether nothing listens on this port of 127.0.0.1. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
