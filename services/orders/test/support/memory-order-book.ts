import type { BatchPosition, LogState } from '@caudal/common/messaging';
import type { ConfirmationRecord, OrderRecord } from '../../src/domain/records.ts';
import { STATES, type StateNumber } from '../../src/domain/state.ts';
import type { TakeOutcome } from '../../src/log/handle-records.ts';
import type { OrderBook, Transition } from '../../src/processor/order-book.ts';

/** An order in a {@link MemoryOrderBook}. */
interface BookedOrder {
  readonly record: OrderRecord;
  readonly number: number;
  state: StateNumber;
  dueAt: number | undefined;
}

/** A book in this process, for tests of its users. Its time is set by the test. */
export class MemoryOrderBook implements OrderBook {
  readonly name = 'memory';
  readonly orders = new Map<string, BookedOrder>();
  /** Thrown by the next calls of a method, one a call; `after` has the effect take place first, as when a reply is lost. */
  readonly failures: { readonly method: string; readonly error: unknown; readonly after?: boolean }[] = [];
  /** Names of the methods that were called. */
  readonly calls: string[] = [];
  nowMs = 0;
  isConnected = true;
  /** Results of `expire`, one a call. */
  expired: number[] = [];
  readonly #stepMs: number;
  readonly #positions = new Map<string, LogState>();
  readonly #reconnected: (() => void)[] = [];
  #outbox: ConfirmationRecord[] = [];
  #isClaimed = false;

  constructor(stepMs = 100) {
    this.#stepMs = stepMs;
  }

  /** Transitions that are not announced. */
  get outbox(): readonly ConfirmationRecord[] {
    return this.#outbox;
  }

  /** Says that a lost connection is restored. */
  reconnect(): void {
    for (const listener of this.#reconnected) listener();
  }

  /** Loses everything, as a server does that returns with an older state. */
  lose(): void {
    this.orders.clear();
    this.#positions.clear();
    this.#outbox = [];
  }

  connect(): Promise<void> {
    return this.#call('connect', () => undefined);
  }

  takeIn(orders: readonly OrderRecord[], position: BatchPosition): Promise<TakeOutcome> {
    return this.#call('takeIn', () => {
      const stored = this.#positions.get(position.source)?.position ?? null;
      if (stored !== position.expected) return { kind: 'moved', position: stored };
      this.#positions.set(position.source, {
        position: position.next,
        marks: position.marks ?? '',
        attempt: '',
      });
      const before = this.orders.size;
      for (const record of orders) {
        if (this.orders.has(record.orderid)) continue;
        const order: BookedOrder = {
          record,
          number: this.orders.size + 1,
          state: 1,
          dueAt: this.nowMs + this.#stepMs,
        };
        this.orders.set(record.orderid, order);
        this.#announceLater(order);
      }
      return { kind: 'taken', fresh: this.orders.size - before };
    });
  }

  logStates(sources: readonly string[]): Promise<Map<string, LogState>> {
    const none = { position: null, marks: '', attempt: '' };
    return this.#call(
      'logStates',
      () => new Map(sources.map((source) => [source, this.#positions.get(source) ?? none])),
    );
  }

  tick(maxOrders: number): Promise<readonly Transition[]> {
    return this.#call('tick', () =>
      [...this.orders.values()]
        .filter(({ dueAt }) => dueAt !== undefined && dueAt <= this.nowMs)
        .slice(0, maxOrders)
        .map((order) => {
          const lateMs = this.nowMs - (order.dueAt ?? 0);
          order.state = (order.state + 1) as StateNumber;
          order.dueAt = order.state < 4 ? this.nowMs + this.#stepMs : undefined;
          this.#announceLater(order);
          return { state: order.state, lateMs };
        }),
    );
  }

  nextDueMs(): Promise<number | null> {
    return this.#call('nextDueMs', () => {
      const due = [...this.orders.values()].flatMap(({ dueAt }) => (dueAt === undefined ? [] : [dueAt]));
      return due.length === 0 ? null : Math.min(...due) - this.nowMs;
    });
  }

  async announce(
    maxRecords: number,
    write: (records: readonly ConfirmationRecord[]) => Promise<void>,
  ): Promise<number> {
    return await this.#call('announce', async () => {
      if (this.#isClaimed || this.#outbox.length === 0) return 0;
      this.#isClaimed = true;
      try {
        const records = this.#outbox.slice(0, maxRecords);
        await write(records);
        this.#outbox = this.#outbox.filter((record) => !records.includes(record));
        return records.length;
      } finally {
        this.#isClaimed = false;
      }
    });
  }

  figures() {
    return this.#call('figures', () => {
      const states = [1, 2, 3, 4, 5] as const;
      const count = (wanted: StateNumber): number =>
        [...this.orders.values()].filter(({ state }) => state === wanted).length;
      return {
        ordersByState: new Map(states.map((state) => [state, count(state)])),
        outboxRecords: this.#outbox.length,
        outboxAgeSeconds: this.#outbox.length,
      };
    });
  }

  expire(): Promise<number> {
    return this.#call('expire', () => this.expired.shift() ?? 0);
  }

  isReady(): boolean {
    return this.isConnected;
  }

  unreadyReason(): string | undefined {
    return this.isConnected ? undefined : 'away';
  }

  onReconnected(listener: () => void): void {
    this.#reconnected.push(listener);
  }

  close(): Promise<void> {
    return this.#call('close', () => undefined);
  }

  #announceLater({ record, number, state }: BookedOrder): void {
    const { acceptedAt: _, ...order } = record;
    this.#outbox = [
      ...this.#outbox,
      { ...order, number, state, estado: STATES[state].estado, at: this.nowMs },
    ];
  }

  async #call<T>(method: string, work: () => T | Promise<T>): Promise<T> {
    this.calls.push(method);
    const index = this.failures.findIndex((failure) => failure.method === method);
    const [failure] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failure?.after === true) await work();
    if (failure !== undefined) throw failure.error;
    return await work();
  }
}
