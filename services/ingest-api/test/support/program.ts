import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The service as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** The last lines of its log, for a failure's message. */
  readonly log: readonly string[];
  metrics(): Promise<string>;
  isReady(): Promise<boolean>;
  /** Sends SIGTERM where it still runs; resolves with the exit status. */
  stop(): Promise<number | null>;
}

const MAX_LOG_LINES = 200;

/** Starts `main.ts` with this environment on ports of the system's choice; resolves when it listens. */
export async function startProgram(environment: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      // A busy machine is no reason to refuse what a test asks.
      MAX_EVENT_LOOP_DELAY_MS: '60000',
      OPERATIONS_HOST: '127.0.0.1',
      OPERATIONS_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  // A test that is cut off does not get to its own end.
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const log: string[] = [];
  const ports = await new Promise<{ port: number; operationsPort: number }>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`exit ${code} before it listened:\n${log.join('\n')}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      if (log.length > MAX_LOG_LINES) log.shift();
      const entry = JSON.parse(line) as { msg: string; port: number; operationsPort: number };
      if (entry.msg === 'listening') resolve(entry);
    });
  });
  const operationsUrl = `http://127.0.0.1:${ports.operationsPort}`;
  return {
    child,
    port: ports.port,
    url: `http://127.0.0.1:${ports.port}`,
    log,
    metrics: async () => (await fetch(`${operationsUrl}/metrics`)).text(),
    isReady: async () => (await fetch(`${operationsUrl}/readyz`)).ok,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await exited;
      }
      return child.exitCode;
    },
  };
}
