import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from '../wait-for.ts';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, as the kernel tells it. */
  readonly startTicks: string;
  /** The boot it belongs to; numbers and ticks start again with the next. */
  readonly bootId: string;
}

/** The identity of a running process; undefined when there is none (a zombie is none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readStat(pid);
  if (stat === undefined || stat.state === 'Z') return undefined;
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return { pid, startTicks: stat.startTicks, bootId };
}

/** Whether this very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const now = await identify(process.pid);
  return now !== undefined && now.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** Ends this very process, and nothing else that may have its number by now; resolves when it is gone. */
export async function kill(target: ProcessIdentity, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (!(await isAlive(target))) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  await waitFor(`process ${target.pid} to end`, async () => ((await isAlive(target)) ? undefined : true), {
    timeoutMs: 30_000,
    intervalMs: 20,
  });
}

/** The first child of a process; undefined while it has none. */
export async function childOf(pid: number): Promise<number | undefined> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readStat(Number(entry));
    if (stat?.parent === pid) return Number(entry);
  }
  return undefined;
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
}

async function readStat(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseStat(text);
}

/** Reads /proc/PID/stat. The program's name is in parentheses and may hold spaces and parentheses itself. */
export function parseStat(text: string): Stat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  // Field 22 of the whole line; this list begins with field 3.
  const startTicks = fields[19];
  if (state === undefined || parent === undefined || startTicks === undefined) return undefined;
  return { state, parent: Number(parent), startTicks };
}
