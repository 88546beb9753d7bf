import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A line of a program's log. */
export interface LogLine {
  readonly msg: string;
  /** Step of the shutdown that is over. */
  readonly step?: string;
  readonly port?: number;
  readonly smtpPort?: number;
  readonly operationsPort?: number;
}

/** A program of the shop as a process. */
export interface RunningProgram {
  readonly child: ChildProcess;
  readonly log: readonly LogLine[];
  /** Resolves with the first line that has this message. @throws Error if the process ends before */
  until(message: string): Promise<LogLine>;
  /** Resolves when the process has ended. */
  readonly exited: Promise<readonly [code: number | null, signal: string | null]>;
}

/** Starts `src/<name>/main.ts`; the caller ends it. */
export function startProgram(
  name: 'mailbox' | 'notifier' | 'processor',
  environment: Readonly<Record<string, string>>,
): RunningProgram {
  const main = join(import.meta.dirname, '..', '..', 'src', name, 'main.ts');
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      OPERATIONS_HOST: '127.0.0.1',
      OPERATIONS_PORT: '0',
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const log: LogLine[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.push(JSON.parse(line) as LogLine);
    for (const listener of listeners) listener();
  });
  const until = (message: string) =>
    new Promise<LogLine>((resolve, reject) => {
      const look = () => {
        const line = log.find(({ msg }) => msg === message);
        if (line) resolve(line);
      };
      listeners.add(look);
      child.once('exit', () => reject(new Error(`it ended before '${message}': ${JSON.stringify(log)}`)));
      look();
    });
  return { child, log, until, exited };
}
