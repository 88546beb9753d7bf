/** Progress output on standard error; standard output carries only results. */
export interface Terminal {
  /** Writes a line prefixed with the time since the start. */
  say(line: string): void;
  /** Replaces the previous live line on a terminal; elsewhere writes a line every few seconds. */
  live(line: string): void;
  /** Keeps the last live line and continues below it. */
  endLive(): void;
}

const PLAIN_INTERVAL_MS = 5_000;
/** Carriage return and "erase to the end of the line". */
const REWRITE = '\r\u001b[K';

/** Writes to a stream; `isTty` says whether lines can be replaced. */
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
        // A wrapped line cannot be replaced.
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
