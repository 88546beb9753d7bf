import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../cli/paths.ts';
import type { Measurement } from './programs/meter.ts';

const PROGRAM_TIMEOUT_MS = 180_000;

/** Environment of a program. */
export type Variables = Readonly<Record<string, string>>;

/** Starts a TypeScript program of the repository with a readable standard output; `options` are those of Node.js. */
export function startProgram(
  path: string,
  variables: Variables,
  options: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', ...options, join(ROOT, path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...variables },
  });
}

/** Reads a program's first JSON line that satisfies `wanted`. Rejects when the program ends before. */
export async function readLine<T>(child: ChildProcess, wanted: (line: T) => boolean): Promise<T> {
  if (child.stdout === null) throw new Error('the program has no standard output to read');
  for await (const text of createInterface({ input: child.stdout })) {
    if (!text.startsWith('{')) continue;
    const line = JSON.parse(text) as T;
    if (wanted(line)) return line;
  }
  throw new Error(`the program exited (status ${child.exitCode}) before the expected line`);
}

/** Runs a bench program, by its path in the repository and with options of Node.js, and returns its measurement. */
export async function measure(
  program: string,
  variables: Variables,
  options: readonly string[] = [],
  timeoutMs = PROGRAM_TIMEOUT_MS,
): Promise<Measurement> {
  const child = startProgram(program, variables, options);
  const timeout = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await readLine<Measurement>(child, (line) => 'milliseconds' in line);
  } finally {
    await ended;
    clearTimeout(timeout);
  }
}

/** Messages per second of a measurement. */
export function rate({ messages, milliseconds }: Measurement): number {
  return (messages / milliseconds) * 1_000;
}

/** Creates a short unique name. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
