import { join } from 'node:path';
import { findServers, startServers } from '../../../../tools/servers/servers.ts';
import { STATE_DIRECTORY } from '../cli/paths.ts';
import type { StoreAddresses } from '../workloads/messages/verify/self-test.ts';

/** Calls `work` with real stores: those already running, otherwise a Valkey and a Redis started for it. */
export async function withSelfTestServers<T>(
  options: { readonly onEvent: (line: string) => void; readonly signal: AbortSignal },
  work: (addresses: StoreAddresses) => Promise<T>,
): Promise<T> {
  const running = await findServers();
  if (running !== undefined) {
    const states = await Promise.all([running.status('valkey'), running.status('redis')]);
    if (states.every((state) => state === 'running')) return work(running.addresses);
  }
  const servers = await startServers({
    only: ['valkey', 'redis'],
    dataDirectory: join(STATE_DIRECTORY, 'self-test-servers'),
    fresh: true,
    onProgress: options.onEvent,
    signal: options.signal,
  });
  try {
    return await work(servers.addresses);
  } finally {
    await servers.down();
  }
}
