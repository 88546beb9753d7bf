import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ProblemError } from '@caudal/common/http';
import { PROBLEMS } from '../problems.ts';

/** Refuses new requests while the process is overloaded. */
export interface LoadShedder {
  /** @throws ProblemError `overloaded` while the event loop is late. */
  assertCalm(): void;
  close(): void;
}

const WINDOW_MS = 1_000;
const RESOLUTION_MS = 20;

/** Watches the event loop: it is late when the mean delay over a second exceeds the limit. */
export function createLoadShedder(maxEventLoopDelayMs: number): LoadShedder {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let isLate = false;
  const timer = setInterval(() => {
    // At rest, the measured delay is the resolution itself.
    isLate = delay.mean / 1e6 - RESOLUTION_MS > maxEventLoopDelayMs;
    delay.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    assertCalm() {
      if (!isLate) return;
      throw new ProblemError(
        PROBLEMS.overloaded,
        'This process is overloaded. Nothing was published; retry later.',
        { retryAfterSeconds: 1 },
      );
    },
    close() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
