import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms. */
const TICK_SECONDS = 0.01;

/** What a process and all its descendants have used; NaN where the system does not tell. */
export interface TreeUse {
  /** User and system time, with that of children that have ended. */
  readonly cpuSeconds: number;
  /** Bytes sent towards the disk: what the kernel counts as `write_bytes`. */
  readonly writtenBytes: number;
}

/** Reads what a process and its descendants have used since their starts. See proc(5): stat, io. */
export function readTreeUse(pid: number): TreeUse {
  let cpuSeconds = 0;
  let writtenBytes = 0;
  for (const member of treeOf(pid)) {
    cpuSeconds += cpuSecondsOf(member);
    writtenBytes += numberIn(member, 'io', /^write_bytes: (\d+)$/m);
  }
  return { cpuSeconds, writtenBytes };
}

/**
 * Memory of a process and its descendants, bytes; NaN where the system does not tell. Pages that several share count once (the
 * proportional set size): the backends of a database would else count its buffers as often as there are backends.
 */
export function treeMemory(pid: number): number {
  return (
    treeOf(pid).reduce((sum, member) => sum + numberIn(member, 'smaps_rollup', /^Pss: +(\d+) kB$/m), 0) *
    1_024
  );
}

/** Watches the memory of a process tree; sampled, so a short peak may be missed. */
export function watchMemory(pid: number, everyMs = 250): { stop(): number } {
  let peak = treeMemory(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, treeMemory(pid));
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(peak, treeMemory(pid));
    },
  };
}

/** A process and its descendants. */
function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(statOf(Number(entry))?.[1]);
    if (Number.isFinite(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (let place = 0; place < tree.length; place += 1)
    tree.push(...(children.get(tree[place] as number) ?? []));
  return tree;
}

/** Fields of stat after the name, from the state on; undefined for a process that has ended. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    // The name, in parentheses, may hold blanks and parentheses.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
  } catch {
    return undefined;
  }
}

/** utime, stime, cutime and cstime: the last two are of children that have ended and been waited for. */
function cpuSecondsOf(pid: number): number {
  const stat = statOf(pid);
  if (stat === undefined) return 0;
  return stat.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_SECONDS;
}

/** Reads a number; 0 for a process that has ended. */
function numberIn(pid: number, file: string, pattern: RegExp): number {
  try {
    const value = pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
    return value === undefined ? 0 : Number(value);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ESRCH' ? 0 : Number.NaN;
  }
}
