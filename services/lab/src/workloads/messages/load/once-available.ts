import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleUnavailableError } from './console-client.ts';

const PAUSE_MS = 500;

/**
 * Reads through the console, again while it or a store is unavailable: a store that was just replaced may need longer for its
 * first answer than the console waits. For reading alone, so that nothing is done twice.
 *
 * @param timeoutMs after which the last refusal is what it rejects with
 */
export async function onceAvailable<Result>(
  read: () => Promise<Result>,
  options: {
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
    /** Default 500. */
    readonly pauseMs?: number;
  },
): Promise<Result> {
  const { timeoutMs, signal, pauseMs = PAUSE_MS } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConsoleUnavailableError) || performance.now() >= deadline) throw error;
    }
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}
