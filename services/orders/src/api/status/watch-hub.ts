import type { EventStream } from '@caudal/common/http';
import { isLast, isSettled, orderAnswer } from './order-answer.ts';
import type { OrderStatus, OrderStatuses } from './order-statuses.ts';

/** Id of the last event of an order. A browser that connects again with it is answered 204, and stays away. */
export const LAST_EVENT_ID = 'end';

/** Settings of {@link WatchHub}. */
export interface WatchHubOptions {
  readonly statuses: Pick<OrderStatuses, 'read' | 'signatures'>;
  /** Most clients at a time. */
  readonly maxClients: number;
  /** Called when the database does not answer; clients keep their connections, and the next turn tries again. */
  readonly onFailure: (error: unknown) => void;
  /** Time between two turns, ms. Default: 250. */
  readonly turnMs?: number;
  /** Time after which a connection without events gets a comment, so that proxies keep it, ms. Default: 15,000. */
  readonly heartbeatMs?: number;
  /** Time that a client waits for an order to be taken in, or for the last mail, ms. Default: 60,000. */
  readonly patienceMs?: number;
}

interface Client {
  readonly stream: EventStream;
  /** When it last got something, monotonic ms. */
  writtenAt: number;
  /** When it stopped taking more, monotonic ms; it gets the order as it stands when it does. Undefined while it takes. */
  blockedAt: number | undefined;
  /** It has got the last event. */
  isOver: boolean;
  /** Signature of what it got last. */
  signature: string | undefined;
  /** When it began to wait for what may not come, monotonic ms; undefined: it does not. */
  waitsSince: number | undefined;
}

interface Watched {
  readonly clients: Set<Client>;
  /** Undefined: not taken in yet. */
  order: OrderStatus | undefined;
}

const TURN_MS = 250;
const HEARTBEAT_MS = 15_000;
const PATIENCE_MS = 60_000;
/** A client that takes nothing for this time is disconnected, ms. */
const MAX_BLOCKED_MS = 30_000;
/** Most ids of one statement. */
const MAX_IDS = 1_000;

/**
 * Sends the changes of orders to the clients that watch them. In each turn one statement asks for all watched orders what has changed,
 * however many clients there are. Every event is the whole order, so one that a client was too slow for is made up by the next.
 */
export class WatchHub {
  readonly #options: WatchHubOptions;
  readonly #watched = new Map<string, Watched>();
  #clients = 0;
  #turn: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WatchHubOptions) {
    this.#options = options;
  }

  /** Clients that watch an order. */
  get clients(): number {
    return this.#clients;
  }

  get isFull(): boolean {
    return this.#isClosed || this.#clients >= this.#options.maxClients;
  }

  /**
   * Sends an order as it stands, if it was taken in, and every change of it; ends the stream after the last one.
   *
   * @param order as it was just read; undefined if it was not taken in yet
   */
  watch(id: string, order: OrderStatus | undefined, stream: EventStream): void {
    const now = performance.now();
    const watched = this.#watched.get(id) ?? { clients: new Set(), order };
    const client: Client = {
      stream,
      writtenAt: now,
      blockedAt: undefined,
      isOver: false,
      signature: undefined,
      waitsSince: undefined,
    };
    watched.order = order ?? watched.order;
    this.#watched.set(id, watched);
    watched.clients.add(client);
    this.#clients += 1;
    stream.onClose(() => this.#detach(id, client));
    stream.onDrain(() => {
      client.blockedAt = undefined;
      this.#show(client, watched.order);
    });
    this.#show(client, watched.order);
    this.#schedule();
  }

  /** Ends all streams: browsers connect again, to another process. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#turn);
    for (const { clients } of this.#watched.values()) for (const { stream } of clients) stream.close();
  }

  #schedule(): void {
    if (this.#isClosed || this.#clients === 0) return;
    this.#turn ??= setTimeout(() => void this.#runTurn(), this.#options.turnMs ?? TURN_MS);
  }

  async #runTurn(): Promise<void> {
    try {
      await this.#update();
    } catch (error) {
      this.#options.onFailure(error);
    }
    for (const { order, clients } of this.#watched.values())
      for (const client of clients) this.#show(client, order);
    this.#turn = undefined;
    this.#schedule();
  }

  async #update(): Promise<void> {
    const { statuses } = this.#options;
    const ids = [...this.#watched.keys()];
    for (let from = 0; from < ids.length; from += MAX_IDS) {
      const signatures = await statuses.signatures(ids.slice(from, from + MAX_IDS));
      const changed = Array.from(signatures.keys()).filter(
        (id) => this.#watched.get(id)?.order?.signature !== signatures.get(id),
      );
      if (changed.length === 0) continue;
      for (const [id, order] of await statuses.read(changed)) {
        const watched = this.#watched.get(id);
        if (watched) watched.order = order;
      }
    }
  }

  /** Brings a client up to date. */
  #show(client: Client, order: OrderStatus | undefined): void {
    if (client.isOver) return;
    const now = performance.now();
    if (client.blockedAt !== undefined) {
      if (now - client.blockedAt > MAX_BLOCKED_MS) client.stream.close();
      return;
    }
    const { patienceMs = PATIENCE_MS, heartbeatMs = HEARTBEAT_MS } = this.#options;
    const isWaiting = order === undefined || isLast(order.state);
    if (!isWaiting) client.waitsSince = undefined;
    else client.waitsSince ??= now;
    const isOver =
      (order !== undefined && isSettled(order)) ||
      (client.waitsSince !== undefined && now - client.waitsSince >= patienceMs);
    if (order !== undefined && (order.signature !== client.signature || isOver)) {
      client.signature = order.signature;
      this.#write(client, orderEvent(order, isOver));
    } else if (now - client.writtenAt >= heartbeatMs) {
      this.#write(client, ':\n\n');
    }
    if (!isOver) return;
    client.isOver = true;
    client.stream.end();
  }

  #write(client: Client, text: string): void {
    client.writtenAt = performance.now();
    if (!client.stream.write(text)) client.blockedAt = client.writtenAt;
  }

  #detach(id: string, client: Client): void {
    const watched = this.#watched.get(id);
    if (!watched?.clients.delete(client)) return;
    this.#clients -= 1;
    if (watched.clients.size === 0) this.#watched.delete(id);
  }
}

function orderEvent(order: OrderStatus, isOver: boolean): string {
  const id = isOver ? LAST_EVENT_ID : order.signature;
  return `id: ${id}\nevent: order\ndata: ${JSON.stringify(orderAnswer(order))}\n\n`;
}
