import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of the shop as a process. */
export interface RunningProgram {
  /** URL of its HTTP server, if it has one. */
  readonly url: string;
  readonly operationsUrl: string;
  /** Sends SIGTERM and resolves with the exit status. */
  stop(): Promise<number | null>;
  /** Ends it at once if it still runs. */
  kill(): Promise<void>;
}

const SOURCES = join(import.meta.dirname, '..', '..', '..', 'src');

/** Starts a program and waits until it listens. */
export async function runProgram(
  program: 'api' | 'processor',
  environment: Readonly<Record<string, string>>,
): Promise<RunningProgram> {
  const child: ChildProcess = spawn(process.execPath, [join(SOURCES, program, 'main.ts')], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const listening = new Promise<{ port?: number; operationsPort?: number }>((resolve, reject) => {
    const last: string[] = [];
    lines.on('line', (line) => {
      last.push(line);
      const entry = JSON.parse(line) as { msg: string; port?: number; operationsPort?: number };
      if (entry.msg === 'listening') resolve(entry);
    });
    void exited.then(() => reject(new Error(`the ${program} ended:\n${last.join('\n')}`)));
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  try {
    const { port, operationsPort } = await listening;
    return {
      url: `http://127.0.0.1:${port}`,
      operationsUrl: `http://127.0.0.1:${operationsPort}`,
      async stop() {
        child.kill('SIGTERM');
        const [code] = await exited;
        return code;
      },
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
