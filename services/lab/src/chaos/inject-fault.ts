import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import type { FaultyProxy } from '../faults/tcp-proxy.ts';
import type { Stack } from '../stack/stack.ts';
import type { PlannedFault } from './plan-faults.ts';

/** What faults are done to. */
export interface FaultTargets {
  readonly stack: Stack;
  readonly servers: Servers;
  readonly proxies: ReadonlyMap<string, FaultyProxy>;
  /** How long SIGSTOP holds a target. */
  readonly stopMs: number;
}

/**
 * A consumer is held still for so long before it is killed, as a process is that hangs before it dies: it then has
 * messages in its hands, and the kill is one that has to be made good.
 */
const HANG_BEFORE_KILL_MS = 500;
const SWALLOW_MS = 2_000;
const RESETS = 5;

/** Does a fault to its target; resolves when the fault is over (the server is there again, the process goes on). */
export async function injectFault(
  fault: PlannedFault,
  targets: FaultTargets,
  signal: AbortSignal,
): Promise<void> {
  const { stack, servers, proxies, stopMs } = targets;
  const { action, target } = fault;
  const wait = (ms: number): Promise<void> => sleep(ms, undefined, { signal });
  if (action === 'swallow-replies' || action === 'reset') {
    const proxy = proxies.get(target);
    if (proxy === undefined) throw new Error(`${target} has no proxy`);
    if (action === 'reset') proxy.resetInsteadOfReplies(RESETS);
    else proxy.swallowReplies();
    await wait(SWALLOW_MS).finally(() => proxy.pass());
    return;
  }
  const service = stack.processes().get(target);
  if (service !== undefined) {
    if (action === 'stop') {
      service.signal('SIGSTOP');
      await wait(stopMs).finally(() => service.signal('SIGCONT'));
      return;
    }
    if (target.includes('consumer')) {
      service.signal('SIGSTOP');
      await wait(HANG_BEFORE_KILL_MS);
    }
    service.signal('SIGKILL');
    return;
  }
  const name = target as ServerName;
  if (action === 'stop') {
    await servers.kill(name, 'SIGSTOP');
    await wait(stopMs).finally(() => servers.kill(name, 'SIGCONT'));
    return;
  }
  await servers.kill(name);
  await wait(fault.awayMs);
  await servers.start(name);
}
