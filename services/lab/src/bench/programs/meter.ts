import { readFileSync } from 'node:fs';

/** Last line printed by a measured program. */
export interface Measurement {
  readonly messages: number;
  readonly milliseconds: number;
  /** User and system time of the process between the first and the last message, µs. */
  readonly cpuMicroseconds: number;
  /** Number of batches; equals `messages` for one at a time. */
  readonly batches: number;
  /** Largest resident set of the process up to the last message, bytes. */
  readonly peakRssBytes: number;
}

/** Reads the kernel's high-water mark, which cannot miss a peak. */
function peakRssBytes(): number {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kib !== undefined) return Number(kib) * 1_024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1_024;
}

/** Counts work from its first batch to its `expected`-th message, then prints a {@link Measurement} and exits. */
export interface Meter {
  /** Call when a batch begins. */
  began(): void;
  /** Call when messages are done. */
  done(messages: number): void;
}

/** Creates a meter that calls `finish` when all expected messages are done. */
export function createMeter(expected: number, finish: () => Promise<void>): Meter {
  let startedAt: number | undefined;
  let cpu = process.cpuUsage();
  let messages = 0;
  let batches = 0;
  return {
    began() {
      batches += 1;
      if (startedAt !== undefined) return;
      startedAt = performance.now();
      cpu = process.cpuUsage();
    },
    done(n) {
      messages += n;
      if (messages < expected) return;
      const milliseconds = performance.now() - (startedAt ?? 0);
      const { user, system } = process.cpuUsage(cpu);
      const measurement: Measurement = {
        messages,
        milliseconds,
        cpuMicroseconds: user + system,
        batches,
        peakRssBytes: peakRssBytes(),
      };
      process.stdout.write(`${JSON.stringify(measurement)}\n`);
      void finish().finally(() => process.exit(0));
    },
  };
}

/** Reads a variable that the bench sets for its programs. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start this program with npm run bench`);
  return value;
}
