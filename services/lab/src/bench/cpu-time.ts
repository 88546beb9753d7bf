import { readFileSync } from 'node:fs';
import { median } from './pairs.ts';

/** Linux counts CPU time in ticks of 10 ms. */
const TICK_MICROSECONDS = 10_000;

/** User and system time of a process since its start, µs; NaN where the system does not tell. */
export function cpuMicroseconds(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  try {
    // The name, in parentheses, may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
  } catch {
    return Number.NaN;
  }
}

/** Processes by name, with a function because a server's process may change. */
export type Processes = Readonly<Record<string, () => number | undefined>>;

/** Collects what each process spends on a message. */
export interface CpuTimes {
  /** Runs a load that resolves with its number of messages. */
  during(load: () => Promise<number>): Promise<void>;
  /** The medians so far, such as `CPU per message: ingest 43, rabbitmq 39 µs`; undefined where the system does not tell. */
  note(): string | undefined;
}

/** Watches processes while loads run. */
export function createCpuTimes(processes: Processes): CpuTimes {
  const samples = new Map(Object.keys(processes).map((name) => [name, [] as number[]]));
  const read = (): ReadonlyMap<string, number> =>
    new Map(Object.entries(processes).map(([name, pid]) => [name, cpuMicroseconds(pid())]));
  return {
    async during(load) {
      const before = read();
      const messages = await load();
      for (const [name, after] of read()) {
        const spent = (after - (before.get(name) ?? Number.NaN)) / messages;
        if (Number.isFinite(spent)) samples.get(name)?.push(spent);
      }
    },
    note() {
      const shares = [...samples].flatMap(([name, values]) =>
        values.length === 0 ? [] : [`${name} ${round(median(values))}`],
      );
      return shares.length === 0 ? undefined : `CPU per message: ${shares.join(', ')} µs`;
    },
  };
}

function round(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1);
}
