import { AppError } from '../../errors.ts';
import type { DeliveryBatch } from '../ports.ts';
import type { Partition } from './assignment.ts';
import type { DeadLetterDriver } from './producer-driver.ts';

/** What a batch of a partition is made of. */
export interface LogBatchParts {
  readonly partition: Partition;
  readonly bodies: readonly Buffer[];
  /** Offset of the body at an index. */
  readonly offsetOf: (index: number) => number | string;
  /** The offset to be read after this batch. */
  readonly next: number;
  readonly deadLetters: DeadLetterDriver;
  /** Whether the partition is still this consumer's. */
  readonly isOurs: () => boolean;
  /** Keeps up the membership, where the driver leaves that to us. */
  readonly heartbeat?: () => Promise<void>;
}

/** A batch as the port wants it; it is refused everything once the partition has gone to somebody else. */
export function createLogBatch(parts: LogBatchParts): DeliveryBatch {
  const { partition, bodies, offsetOf, next, deadLetters, isOurs, heartbeat } = parts;
  const { source, expected } = partition;
  const holdOn = () => {
    if (isOurs()) return;
    throw new AppError('BROKER_UNAVAILABLE', `${source} is no longer assigned to this consumer`);
  };
  return {
    bodies,
    redelivered: 0,
    position: { source, expected, next },
    keepAlive: async () => {
      holdOn();
      await heartbeat?.();
    },
    park: async (items) => {
      holdOn();
      const letters = items.map(({ index, reason }) => {
        const body = bodies[index];
        if (!body) throw new RangeError(`the batch has no message ${index}`);
        return { body, reason, source: `${source}:${offsetOf(index)}` };
      });
      await deadLetters.send(letters);
    },
  };
}
