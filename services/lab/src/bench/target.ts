import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import { readLine, startProgram, type Variables } from './program.ts';

const READY_TIMEOUT_MS = 60_000;

/** An HTTP server under load. */
export interface Target {
  readonly port: number;
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts a program of the repository that prints its `port`. One that prints an `operationsPort` as well is a service:
 * it listens before it is connected to its brokers and answers 503 until then, so its `/readyz` is waited for.
 *
 * @throws Error if it ends first or is not ready within a minute
 */
export async function startTarget(path: string, variables: Variables): Promise<Target> {
  const child = startProgram(path, variables);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const { port, operationsPort } = await readLine<{ port: number; operationsPort?: number }>(
    child,
    (line) => typeof line.port === 'number',
  );
  child.stdout?.resume();
  if (operationsPort !== undefined) {
    const ending = () => child.exitCode ?? child.signalCode;
    const isReady = await waitUntil(() => ending() !== null || answersReady(operationsPort), {
      timeoutMs: READY_TIMEOUT_MS,
    });
    if (!isReady || ending() !== null) {
      await stop();
      throw new Error(`${path} did not become ready (${ending() ?? 'stopped after a minute'})`);
    }
  }
  return { port, pid: child.pid, stop };
}

async function answersReady(operationsPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${operationsPort}/readyz`)).ok;
  } catch {
    // It has just ended, or is busy with its start.
    return false;
  }
}
