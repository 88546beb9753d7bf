import type { Logger } from '../logging.ts';

/** Logs failed requests at a limited rate. */
export type FailureLog = (fields: Readonly<Record<string, unknown>>, message: string) => void;

const WINDOW_MS = 1_000;
const MAX_LINES_PER_WINDOW = 20;

/** Warns about failed requests; those above the limit are counted and reported with the next line. */
export function createFailureLog(logger: Logger, now: () => number = () => performance.now()): FailureLog {
  let windowStart = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let suppressed = 0;
  return (fields, message) => {
    const at = now();
    if (at - windowStart >= WINDOW_MS) {
      windowStart = at;
      lines = 0;
    }
    if (lines >= MAX_LINES_PER_WINDOW) {
      suppressed += 1;
      return;
    }
    lines += 1;
    logger.warn(suppressed > 0 ? { ...fields, suppressed } : fields, message);
    suppressed = 0;
  };
}
