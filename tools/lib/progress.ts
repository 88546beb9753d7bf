/** Receives one line of progress at a time, without a line break. */
export type OnProgress = (line: string) => void;

/** Formats milliseconds as seconds: `4.2 s`, from ten on `12 s`. */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * Reports the start of a task, its progress every `everyMs`, and its duration.
 *
 * @param what the task in a few words, such as `k6: compiling 1.8.1`
 */
export async function withProgress<Result>(
  what: string,
  onProgress: OnProgress,
  task: () => Promise<Result>,
  everyMs = 15_000,
): Promise<Result> {
  const startedAt = performance.now();
  const elapsed = () => formatSeconds(performance.now() - startedAt);
  onProgress(`${what} …`);
  const timer = setInterval(() => onProgress(`${what} … ${elapsed()}`), everyMs);
  timer.unref();
  try {
    const result = await task();
    onProgress(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
