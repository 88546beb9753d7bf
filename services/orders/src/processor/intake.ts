import { backOffMs, pause } from '@caudal/common/back-off';
import { AppError, isRetriable } from '@caudal/common/errors';
import type { Logger } from '@caudal/common/logging';
import { PoisonError } from '@caudal/common/message';
import type { BatchOutcome, ConsumerHandlers, DeliveryBatch, PoisonItem } from '@caudal/common/messaging';
import type { Persist } from '../database/persist.ts';
import { decodeOrder, type OrderRecord } from '../domain/records.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { OrderBook } from './order-book.ts';

/**
 * Creates the handlers that take accepted orders in: what is no order is parked, the rest is in the book before the adapter goes on.
 * While the book is away a batch waits, without a limit.
 */
export function createIntake(options: {
  readonly book: OrderBook;
  readonly persist: Persist;
  readonly metrics: ProcessorMetrics;
  readonly logger: Logger;
  /** Called after each time that new orders were taken in. */
  readonly onTaken: () => void;
}): Pick<ConsumerHandlers, 'handle' | 'positions'> {
  const { book, persist, metrics, logger, onTaken } = options;

  async function handle(batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome> {
    const { position } = batch;
    if (position === undefined)
      throw new TypeError('orders are read from a log, whose batches have a position');
    const { orders, poison } = decode(batch.bodies);
    if (poison.length > 0) await park(batch, poison, stopping);
    const { attempts, result } = await persist(stopping, async (attempt) => {
      if (attempt > 1) await batch.keepAlive();
      return { attempts: attempt, result: await book.takeIn({ orders, position }) };
    });
    if (result.kind === 'taken') {
      metrics.takenIn(
        result.newOrders,
        orders.length - result.newOrders,
        orders.map(({ acceptedAt }) => acceptedAt),
      );
      if (result.newOrders > 0) onTaken();
      return { kind: 'stored' };
    }
    // An earlier attempt, whose reply was lost, has taken it in.
    if (attempts > 1 && result.position === position.next) {
      onTaken();
      return { kind: 'stored' };
    }
    metrics.redelivered(batch.bodies.length);
    const { source, expected } = position;
    logger.warn({ source, expected, stored: result.position }, 'stored offset differs from the batch');
    return { kind: 'moved', position: result.position };
  }

  /** Parks what is no order, trying without a limit: the position must not move past it before. */
  async function park(
    batch: DeliveryBatch,
    poison: readonly PoisonItem[],
    stopping: AbortSignal,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await batch.park(poison);
        metrics.parked(poison.length);
        return;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (stopping.aborted)
          throw new AppError('STOPPING', 'stopping with unparked records', { cause: error });
        await pause(backOffMs(attempt), stopping);
        await batch.keepAlive();
      }
    }
  }

  return { handle, positions: (sources, stopping) => persist(stopping, () => book.logStates(sources)) };
}

function decode(bodies: readonly Buffer[]): {
  readonly orders: readonly OrderRecord[];
  readonly poison: readonly PoisonItem[];
} {
  const orders: OrderRecord[] = [];
  const poison: PoisonItem[] = [];
  for (const [index, body] of bodies.entries()) {
    try {
      orders.push(decodeOrder(body));
    } catch (error) {
      if (!(error instanceof PoisonError)) throw error;
      poison.push({ index, reason: error.message });
    }
  }
  return { orders, poison };
}
