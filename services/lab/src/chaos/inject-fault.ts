import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultyProxy } from '../../../../tools/lib/faulty-proxy.ts';
import type { ServerName } from '../../../../tools/servers/servers.ts';
import type { PlannedFault } from './plan-faults.ts';

/** Targets of fault injection. */
export interface FaultTargets {
  readonly stack: {
    processes(): ReadonlyMap<string, { signal(signal: NodeJS.Signals): boolean }>;
    /** Bytes that were sent to a process so far; undefined where that is not known. */
    requestBytes(name: string): number | undefined;
  };
  readonly servers: {
    kill(name: ServerName, signal?: NodeJS.Signals): Promise<void>;
    start(name: ServerName): Promise<void>;
  };
  readonly proxies: ReadonlyMap<
    string,
    Pick<FaultyProxy, 'swallowReplies' | 'resetInsteadOfReplies' | 'pass'>
  >;
  readonly misbehaviours: ReadonlyMap<
    string,
    { readonly lastsMs: number; begin(): Promise<void>; end(): Promise<void> }
  >;
  /** Duration of a suspension by SIGSTOP, ms. */
  readonly stopMs: number;
  /** Least time that a process hangs before it is killed, ms. Default 500. */
  readonly hangMs?: number | undefined;
}

/** Waits; rejects when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const waitByClock: Wait = (ms, signal) => sleep(ms, undefined, { signal });

/**
 * Suspension of a service before a kill, ms, like a process that hangs before it dies: a consumer then holds messages
 * and an ingest-api holds requests, so the kill must cause a redelivery or a retry.
 */
const HANG_BEFORE_KILL_MS = 500;
/** Maximum time that an ingest process hangs for a request to arrive; a small load may send it none in 500 ms. */
const MAX_HANG_MS = 10_000;
const SWALLOW_MS = 2_000;
const RESETS = 5;

/**
 * Injects a fault; resolves when it is over: the server is back or the process has resumed.
 * @throws Error for an unknown target, or one whose process could not be signalled
 */
export async function injectFault(
  fault: PlannedFault,
  targets: FaultTargets,
  signal: AbortSignal,
  waitFor: Wait = waitByClock,
): Promise<void> {
  const { stack, servers, proxies, stopMs, hangMs = HANG_BEFORE_KILL_MS } = targets;
  const { action, target } = fault;
  const wait = (ms: number): Promise<void> => waitFor(ms, signal);
  if (action === 'swallow-replies' || action === 'reset') {
    const proxy = proxies.get(target);
    if (proxy === undefined) throw new Error(`${target} has no proxy`);
    if (action === 'reset') proxy.resetInsteadOfReplies(RESETS);
    else proxy.swallowReplies();
    await wait(SWALLOW_MS).finally(() => proxy.pass());
    return;
  }
  if (action === 'misbehave') {
    const misbehaviour = targets.misbehaviours.get(target);
    if (misbehaviour === undefined) throw new Error(`${target} is no misbehaviour`);
    try {
      await misbehaviour.begin();
      await wait(misbehaviour.lastsMs);
    } finally {
      await misbehaviour.end();
    }
    return;
  }
  const service = stack.processes().get(target);
  if (service !== undefined) {
    const send = (name: NodeJS.Signals): void => {
      if (!service.signal(name)) throw new Error(`${target} has no process to receive ${name}`);
    };
    if (action === 'stop') {
      send('SIGSTOP');
      await wait(stopMs).finally(() => service.signal('SIGCONT'));
      return;
    }
    send('SIGSTOP');
    const before = stack.requestBytes(target);
    let hungMs = 0;
    do {
      await wait(hangMs);
      hungMs += hangMs;
    } while (before !== undefined && stack.requestBytes(target) === before && hungMs < MAX_HANG_MS);
    send('SIGKILL');
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
