import { readdir, readFile } from 'node:fs/promises';
import { waitFor } from '../wait-for.ts';

/** Identity of a process, distinct from a later one with the same ID. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, from the kernel. */
  readonly startTicks: string;
  /** Boot ID: process IDs and ticks start over at each boot. */
  readonly bootId: string;
}

/** Returns the identity of a running process; undefined for none or a zombie. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readStat(pid);
  if (stat === undefined || stat.state === 'Z') return undefined;
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  return { pid, startTicks: stat.startTicks, bootId };
}

/** Whether this process is still running. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const now = await identify(process.pid);
  return now !== undefined && now.startTicks === process.startTicks && now.bootId === process.bootId;
}

/** Ends exactly this process, not a later one with its ID; resolves when it has exited. */
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

/** Returns the first child of a process; undefined without one. */
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
