import { readdirSync, readFileSync } from 'node:fs';

/** Identity of a process, distinct from a later one with the same ID. Linux only. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot. */
  readonly startTicks: number;
}

/** Returns the identity of a running process; undefined without one of this ID. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
}

/** Whether exactly this process is running (a suspended one is, a zombie is not). */
export function isRunning(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  if (stat === undefined || stat.startTicks !== identity.startTicks) return false;
  // The first thread may be a zombie while others are still ending and hold the ports.
  return stat.state !== 'X' && (stat.state !== 'Z' || stat.threads > 1);
}

/** Whether a process is suspended by SIGSTOP with all its threads. */
export function isStopped(identity: ProcessIdentity): boolean {
  if (!isRunning(identity)) return false;
  try {
    const threads = readdirSync(`/proc/${identity.pid}/task`);
    return threads.every((thread) => readStat(`${identity.pid}/task/${thread}`)?.state === 'T');
  } catch {
    return false;
  }
}

/** The processes that this one has started, and those that they have started, as far as they run. */
export function descendantsOf(identity: ProcessIdentity): readonly ProcessIdentity[] {
  const children = new Map<number, ProcessIdentity[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined;
    if (stat === undefined) continue;
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), { pid, startTicks: stat.startTicks }]);
  }
  const below = (pid: number): readonly ProcessIdentity[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return isRunning(identity) ? below(identity.pid).filter(isRunning) : [];
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startTicks: number;
  readonly threads: number;
}

function readStat(path: number | string): Stat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${path}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name is in brackets and may hold anything, so the fields are counted from its end: state is the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [parent, threads, startTicks] = [fields[1], fields[17], fields[19]].map(Number);
  return { state: fields[0] ?? '', parent, startTicks, threads } as Stat;
}
