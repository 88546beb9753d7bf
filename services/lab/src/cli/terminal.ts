/** Progress for a person, on standard error: standard output has the results alone. */
export interface Terminal {
  /** A line with the time since the start in front. */
  say(line: string): void;
  /** A line that replaces the one before it on a terminal; elsewhere one comes every few seconds. */
  live(line: string): void;
  /** Keeps the last live line and goes on below it. */
  endLive(): void;
}

const PLAIN_INTERVAL_MS = 5_000;
/** Carriage return and "erase to the end of the line". */
const REWRITE = '\r\u001b[K';

/** Writes to a stream; `isTty` tells whether lines can be replaced on it. */
export function createTerminal(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number },
): Terminal {
  const startedAt = performance.now();
  const stamp = (line: string): string =>
    `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`;
  let isLive = false;
  let plainAt = Number.NEGATIVE_INFINITY;
  const endLive = (): void => {
    if (isLive) stream.write('\n');
    isLive = false;
    plainAt = Number.NEGATIVE_INFINITY;
  };
  return {
    say(line) {
      endLive();
      stream.write(`${stamp(line)}\n`);
    },
    live(line) {
      if (stream.isTTY === true) {
        // A line that wraps could not be replaced.
        stream.write(REWRITE + stamp(line).slice(0, (stream.columns ?? 80) - 1));
        isLive = true;
      } else if (performance.now() - plainAt >= PLAIN_INTERVAL_MS) {
        plainAt = performance.now();
        stream.write(`${stamp(line)}\n`);
      }
    },
    endLive,
  };
}
