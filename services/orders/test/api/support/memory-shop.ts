import { AppError } from '@caudal/common/errors';
import { type LogDescription, type LogTail, type LogWriter, MemoryLog } from '@caudal/common/messaging';
import type { MailStatus, OrderStatus, OrderStatuses } from '../../../src/api/status/order-statuses.ts';
import { decodeOrder, ORDERS_TOPIC, type OrderRecord } from '../../../src/domain/records.ts';
import { CANCELLED, FINISHED, RECEIVED, type StateNumber } from '../../../src/domain/state.ts';

const PARTITIONS = 3;

/** Log and database of the shop in this process; a test says when orders are taken in and when they move. */
export class MemoryShop {
  readonly log = new MemoryLog({ name: ORDERS_TOPIC, partitions: PARTITIONS, maxBatchMessages: 10_000 });
  readonly writer: LogWriter = this.log.createWriter();
  readonly statuses: OrderStatuses;
  readonly tail: Pick<LogTail, 'describe' | 'close'>;
  readonly database = {
    connect: () => Promise.resolve(),
    close: () => Promise.resolve(),
    isReady: () => !this.isDatabaseAway,
    unreadyReason: () => undefined,
  };
  isDatabaseAway = false;
  isLogAway = false;
  /** Calls by name. */
  readonly calls: string[] = [];
  /** Called before each call is answered. */
  before: (call: string) => Promise<void> | void = () => undefined;
  readonly #orders = new Map<string, OrderStatus>();
  readonly #positions = new Map<number, number>();

  constructor() {
    const answer = async <T>(call: string, read: () => T): Promise<T> => {
      this.calls.push(call);
      await this.before(call);
      const isAway = call === 'describe' ? this.isLogAway : this.isDatabaseAway;
      if (isAway) {
        const code = call === 'describe' ? 'BROKER_UNAVAILABLE' : 'STORE_UNAVAILABLE';
        throw new AppError(code, `${call}: connect ECONNREFUSED 10.0.0.7`, { retriable: true });
      }
      return read();
    };
    const among = (ids: readonly string[]) =>
      ids.flatMap((id) => {
        const order = this.#orders.get(id);
        return order ? [order] : [];
      });
    this.statuses = {
      read: (ids) => answer('read', () => new Map(among(ids).map((order) => [order.id, order]))),
      readByNumber: (number) =>
        answer('readByNumber', () => [...this.#orders.values()].find((order) => order.number === number)),
      signatures: (ids) =>
        answer('signatures', () => new Map(among(ids).map(({ id, signature }) => [id, signature]))),
      positions: () => answer('positions', () => new Map(this.#positions)),
      cancel: (id) =>
        answer('cancel', () => {
          if (this.#orders.get(id)?.state === RECEIVED) this.reach(id, CANCELLED);
          return this.#orders.get(id)?.state;
        }),
    };
    this.tail = {
      describe: () => answer('describe', () => this.#describe()),
      close: () => Promise.resolve(),
    };
  }

  /** Orders in the log, in the order of partitions. */
  get written(): readonly OrderRecord[] {
    return this.#partitions().flatMap((values) => values.map(decodeOrder));
  }

  /** Takes in what is in the log. */
  takeIn(): void {
    for (const [partition, values] of this.#partitions().entries()) {
      for (const value of values.slice(this.#positions.get(partition) ?? 0)) this.#add(decodeOrder(value));
      if (values.length > 0) this.#positions.set(partition, values.length);
    }
  }

  /** Takes other records in, as if the log had been longer: positions lie beyond its end. */
  skipAhead(records: number): void {
    for (let partition = 0; partition < PARTITIONS; partition += 1) this.#positions.set(partition, records);
  }

  /** Moves an order into a state, whose mail waits. */
  reach(id: string, state: StateNumber): void {
    const order = this.get(id);
    const isLast = state === FINISHED || state === CANCELLED;
    this.#put({
      ...order,
      state,
      dueAt: isLast ? null : Date.now() + 8_000,
      history: [...order.history, { state, at: Date.now() }],
      mails: [...order.mails, { state, status: 'waiting', attempts: 0, reason: null, sentAt: null }],
    });
  }

  /** Changes the mail about a state. */
  mail(id: string, state: StateNumber, change: Partial<MailStatus>): void {
    const order = this.get(id);
    const mails = order.mails.map((mail) => (mail.state === state ? { ...mail, ...change } : mail));
    this.#put({ ...order, mails });
  }

  get(id: string): OrderStatus {
    const order = this.#orders.get(id);
    if (!order) throw new Error(`${id} was not taken in`);
    return order;
  }

  #add(record: OrderRecord): void {
    const { orderid, gameid, row, name, priceCents, usermail, language } = record;
    if (this.#orders.has(orderid)) return;
    this.#orders.set(orderid, {
      id: orderid,
      number: this.#orders.size + 1,
      game: { id: gameid, row, name, priceCents },
      maskedEmail: `${usermail.slice(0, 1)}***@${usermail.split('@')[1]}`,
      language,
      state: RECEIVED,
      dueAt: null,
      history: [],
      mails: [],
      signature: '',
    });
    this.reach(orderid, RECEIVED);
  }

  #put(order: OrderStatus): void {
    const mails = order.mails.map(({ state, status, attempts }) => `${state}${status}${attempts}`);
    this.#orders.set(order.id, { ...order, signature: `${order.state}|${mails.join(',')}` });
  }

  #partitions(): readonly (readonly Buffer[])[] {
    return Array.from({ length: PARTITIONS }, (_, partition) => this.log.fetch(partition, 0));
  }

  #describe(): LogDescription {
    return { id: 'memory', bounds: this.#partitions().map((values) => ({ low: 0, high: values.length })) };
  }
}
