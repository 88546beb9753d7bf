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

/** Delays of the event loop that were measured in a window. */
export interface DelayWindow {
  readonly count: number;
  readonly meanMs: number;
  readonly longestMs: number;
}

/** What windows say of a process: one long delay alone may have been a pause, and is `late` if another one follows. */
export type Lateness = 'calm' | 'once' | 'late';

/**
 * Judges a window by the mean of its delays but for the longest: a process that was suspended for four seconds, or collected garbage once, is
 * not overloaded by that, and would refuse for a second what it can do.
 *
 * @param before what the window before said
 */
export function judgeWindow(
  { count, meanMs, longestMs }: DelayWindow,
  before: Lateness,
  maxDelayMs: number,
): Lateness {
  if (count === 0) return 'calm';
  const typicalMs = count > 1 ? (meanMs * count - longestMs) / (count - 1) : meanMs;
  // At rest, the measured delay is the resolution itself.
  if (typicalMs - RESOLUTION_MS <= maxDelayMs) return 'calm';
  return count > 1 || before !== 'calm' ? 'late' : 'once';
}

/** Watches the event loop, a second at a time; see {@link judgeWindow}. */
export function createLoadShedder({ maxEventLoopDelayMs, refusal }: LoadShedderOptions): LoadShedder {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let lateness: Lateness = 'calm';
  const timer = setInterval(() => {
    const window = { count: delay.count, meanMs: delay.mean / 1e6, longestMs: delay.max / 1e6 };
    lateness = judgeWindow(window, lateness, maxEventLoopDelayMs);
    delay.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    assertCalm() {
      if (lateness === 'late') throw refusal();
    },
    close() {
      clearInterval(timer);
      delay.disable();
    },
  };
}
