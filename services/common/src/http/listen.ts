import type { AddressInfo, Server } from 'node:net';

/**
 * Starts listening, on all addresses if `host` is undefined and on a free port if `port` is 0.
 *
 * @returns the port
 * @throws what the operating system refuses, a port in use for instance
 */
export function listen(server: Server, host: string | undefined, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
