import type { Logger } from '../../logging.ts';

/** First offset of a partition's log and the one after its last. */
export interface LogBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Where to read a partition on, given the offset its store wants next.
 *
 * - nothing stored: from the log's start
 * - the log has dropped what comes next (retention): from its start, and the loss is said aloud
 * - the log ends before it (topic made anew, or Kafka restored from an older copy): everything is read again from the
 *   start; what the store had counted it refuses by identity, what it had not it counts
 */
export function readFrom(expected: number | null, bounds: LogBounds, source: string, logger: Logger): number {
  if (expected === null) return bounds.low;
  if (expected < bounds.low) {
    const gone = bounds.low - expected;
    logger.error(
      { source, expected, ...bounds, gone },
      `${gone} messages were deleted by retention before they were stored`,
    );
    return bounds.low;
  }
  if (expected > bounds.high) {
    logger.error(
      { source, expected, ...bounds },
      'the log ends before the stored offset: reading all of it again',
    );
    return bounds.low;
  }
  return expected;
}
