import { readFileSync } from 'node:fs';

/** What a measured program prints as its last line. */
export interface Measurement {
  readonly messages: number;
  readonly milliseconds: number;
  /** User and system time of the process between the first and the last message, µs. */
  readonly cpuMicroseconds: number;
  /** Batches the messages came in; equals `messages` where they came one by one. */
  readonly batches: number;
  /** Largest resident set of the process up to the last message, bytes. */
  readonly peakRssBytes: number;
}

/** The kernel's own high-water mark: no sample can miss a peak. */
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

/** A meter that ends the process by `finish` when all expected messages are done. */
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

/** A variable the bench sets for its programs. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: this program is started by npm run bench`);
  return value;
}
