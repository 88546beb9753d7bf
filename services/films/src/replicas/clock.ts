import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/** Time, as the router sees it. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  nowMs(): number;
  /** Waits; returns early, without error, when `signal` aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, undefined, { signal });
      // A process that was held up reads the replies that have arrived before it calls them late.
      await turn(undefined, { signal });
    } catch {
      // Aborted.
    }
  },
};
