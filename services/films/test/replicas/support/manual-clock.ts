import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/replicas/clock.ts';

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on, and lets everything happen that was to happen until then, in its order. */
  advance(milliseconds: number): Promise<void>;
  /** Sleeps that have not ended. */
  readonly sleeping: number;
}

/** Creates a clock at 0. */
export function createManualClock(): ManualClock {
  let nowMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  return {
    nowMs: () => nowMs,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { untilMs: nowMs + milliseconds, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake, { once: true });
      }),
    advance: async (milliseconds) => {
      const untilMs = nowMs + milliseconds;
      for (;;) {
        await turn();
        const [next] = [...sleepers].sort((one, other) => one.untilMs - other.untilMs);
        if (next === undefined || next.untilMs > untilMs) break;
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
      }
      nowMs = untilMs;
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}
