import { join } from 'node:path';
import {
  findServers,
  type ServerName,
  type Servers,
  startServers,
} from '../../../../tools/servers/servers.ts';
import { SERVERS_DIRECTORY } from '../cli/paths.ts';
import type { Plants } from './plants.ts';
import { type SelfTestResult, selfTestResult } from './self-test-result.ts';

/** Plants a system's faults in real servers: those already running, otherwise some started for it. */
export function runSelfTest(
  plants: Plants,
  options: {
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<SelfTestResult> {
  return withServers(plants.servers, options, async (addresses) =>
    selfTestResult(plants, await plants.check({ ...options, addresses })),
  );
}

async function withServers<T>(
  wanted: readonly ServerName[],
  {
    stateDirectory,
    onEvent,
    signal,
  }: {
    readonly stateDirectory: string;
    readonly onEvent: (line: string) => void;
    readonly signal: AbortSignal;
  },
  work: (addresses: Servers['addresses']) => Promise<T>,
): Promise<T> {
  const running = await findServers({ dataDirectory: SERVERS_DIRECTORY });
  if (running !== undefined) {
    const states = await Promise.all(wanted.map((name) => running.status(name)));
    if (states.every((state) => state === 'running')) return work(running.addresses);
  }
  const servers = await startServers({
    only: wanted,
    dataDirectory: join(stateDirectory, 'self-test-servers'),
    fresh: true,
    onProgress: onEvent,
    signal,
  });
  try {
    return await work(servers.addresses);
  } finally {
    await servers.down();
  }
}
