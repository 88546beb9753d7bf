import { AppError } from '../../errors.ts';
import type { BatchPosition, DeliveryBatch } from '../ports.ts';
import { addMark, encodeMarks, type LogMark, markOf } from './log-mark.ts';
import type { DeadLetterDriver } from './producer-driver.ts';

/** Contents of a partition's batch. */
export interface LogBatchParts {
  readonly source: string;
  /** The store's required position before this batch. */
  readonly expected: number | null;
  /** Marks of earlier records that are in the log. */
  readonly marks: readonly LogMark[];
  /** At least one. */
  readonly bodies: readonly Buffer[];
  /** Offset of each body. */
  readonly offsets: readonly number[];
  /** The offset to read after this batch. */
  readonly next: number;
  readonly deadLetters: Pick<DeadLetterDriver, 'send'>;
  /** Whether the partition is still this consumer's. */
  readonly isOurs: () => boolean;
  /** Maintains the membership, if the driver leaves that to us. */
  readonly heartbeat?: (() => Promise<void>) | undefined;
}

/** A batch of a log, as the port requires it. */
export interface LogBatch extends DeliveryBatch {
  readonly position: Required<BatchPosition>;
}

/** Creates a batch for the port; every operation on it fails once the partition belongs to another consumer. */
export function createLogBatch(parts: LogBatchParts): LogBatch {
  const { source, expected, bodies, offsets, next, deadLetters, isOurs, heartbeat } = parts;
  const holdOn = () => {
    if (isOurs()) return;
    throw new AppError('BROKER_UNAVAILABLE', `${source} is no longer assigned to this consumer`);
  };
  const keepAlive = async () => {
    holdOn();
    await heartbeat?.();
  };
  return {
    bodies,
    redelivered: 0,
    position: { source, expected, next, marks: encodeMarks(marksAfter(parts, bodies.length)) },
    firstOffset: offsets[0],
    slice: (from, to) => {
      if (from < 0 || from >= to || to > bodies.length) throw new RangeError(`no messages ${from} to ${to}`);
      return createLogBatch({
        ...parts,
        expected: from === 0 ? expected : (offsets[from - 1] as number) + 1,
        marks: marksAfter(parts, from),
        bodies: bodies.slice(from, to),
        offsets: offsets.slice(from, to),
        next: to === bodies.length ? next : (offsets[to - 1] as number) + 1,
      });
    },
    keepAlive,
    park: async (items) => {
      // The store's position cannot prevent parking, so ask the broker whether the partition is still ours.
      await keepAlive();
      const letters = items.map(({ index, reason }) => {
        const body = bodies[index];
        if (!body) throw new RangeError(`the batch has no message ${index}`);
        return { body, reason, source: `${source}:${offsets[index]}` };
      });
      await deadLetters.send(letters);
    },
  };
}

/** Returns the marks after the first `count` messages are stored. */
function marksAfter({ marks, bodies, offsets }: LogBatchParts, count: number): readonly LogMark[] {
  const last = count - 1;
  return count === 0 ? marks : addMark(marks, markOf(offsets[last] as number, bodies[last] as Buffer));
}
