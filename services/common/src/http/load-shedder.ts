import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Refuses new requests while the process is overloaded. */
export interface LoadShedder {
  /** @throws the error of the options while the event loop is late. */
  assertCalm(): void;
  close(): void;
}

const WINDOW_MS = 1_000;
const RESOLUTION_MS = 20;

/** Settings of {@link createLoadShedder}. */
export interface LoadShedderOptions {
  readonly maxEventLoopDelayMs: number;
  /** The error of a request while the process is overloaded. */
  readonly refusal: () => Error;
}

/** Watches the event loop: it is late when the mean delay over a second exceeds the limit. */
export function createLoadShedder({ maxEventLoopDelayMs, refusal }: LoadShedderOptions): LoadShedder {
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
      if (isLate) throw refusal();
    },
    close() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
