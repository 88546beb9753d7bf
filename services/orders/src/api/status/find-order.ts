import type { LogDescription } from '@caudal/common/messaging';
import { type Batches, createBatches } from './batches.ts';
import type { OrderStatus, OrderStatuses } from './order-statuses.ts';

/** What is known of an order. */
export type Found =
  | { readonly kind: 'order'; readonly order: OrderStatus }
  /** It was not taken in, but the log has records that were not either: it may be one of them. */
  | { readonly kind: 'maybe accepted' }
  /** It does not exist: when this was asked, every record of its partition had been taken in, and it was not among them. */
  | { readonly kind: 'absent' };

/** Finds orders, or proves that they do not exist. */
export interface FindOrder {
  /** @throws AppError (retriable) while the database or the log is away */
  byId(id: string): Promise<Found>;
  /** Same for the order of a number, which no partition is known of. */
  byNumber(number: number): Promise<Found>;
}

/** Dependencies of {@link createFindOrder}. */
export interface FindOrderOptions {
  readonly statuses: OrderStatuses;
  /** Describes the log that orders are accepted to. */
  readonly describeLog: () => Promise<Pick<LogDescription, 'bounds'>>;
  /** The partition of an order; undefined before that is known. */
  readonly partitionOf: (id: string) => number | undefined;
}

/** A partition that is not there (yet) proves nothing. */
const UNKNOWN_BOUNDS = { low: 0, high: Number.POSITIVE_INFINITY };

/** Most ids of one statement. */
const MAX_IDS = 1_000;

/**
 * Finds orders in the database. A miss alone proves nothing: the order may have been accepted and wait in the log. So the end of its
 * partition is asked after the miss, then how far the partition was taken in, and then, once more, for the order, because it may have
 * been taken in meanwhile. Each question is asked once for all clients that wait for it.
 */
export function createFindOrder({ statuses, describeLog, partitionOf }: FindOrderOptions): FindOrder {
  const orders: Batches<string, OrderStatus | undefined> = createBatches(async (ids) => {
    const found = await statuses.read(ids);
    return (id) => found.get(id);
  }, MAX_IDS);
  const bounds = alone(async () => (await describeLog()).bounds);
  const positions = alone(() => statuses.positions());

  /** Whether everything that was in these partitions when this was called has been taken in. */
  const isTakenIn = async (partition: number | undefined): Promise<boolean> => {
    const before = await bounds();
    const taken = await positions();
    const partitions = partition === undefined ? [...before.keys()] : [partition];
    // What retention has deleted is not waited for.
    const isBehind = partitions.some((each) => {
      const { low, high } = before[each] ?? UNKNOWN_BOUNDS;
      return Math.max(taken.get(each) ?? 0, low) < high;
    });
    if (isBehind) return false;
    // A position beyond the end of the log belongs to another log, one that was there before.
    const isAhead = (log: LogDescription['bounds']) =>
      partitions.some((each) => (taken.get(each) ?? 0) > (log[each]?.high ?? 0));
    return !isAhead(before) || !isAhead(await bounds());
  };

  const find = async (
    read: () => Promise<OrderStatus | undefined>,
    partition: () => number | undefined | 'unknown',
  ): Promise<Found> => {
    const order = await read();
    if (order) return { kind: 'order', order };
    const at = partition();
    const isProof = at !== 'unknown' && (await isTakenIn(at));
    const again = await read();
    if (again) return { kind: 'order', order: again };
    return { kind: isProof ? 'absent' : 'maybe accepted' };
  };

  return {
    byId: (id) =>
      find(
        () => orders.ask(id),
        () => partitionOf(id) ?? 'unknown',
      ),
    byNumber: (number) =>
      find(
        () => statuses.readByNumber(number),
        () => undefined,
      ),
  };
}

/** One call at a time for all that wait. */
function alone<T>(load: () => Promise<T>): () => Promise<T> {
  const batches = createBatches<'all', T>(async () => {
    const answer = await load();
    return () => answer;
  }, Number.POSITIVE_INFINITY);
  return () => batches.ask('all');
}
