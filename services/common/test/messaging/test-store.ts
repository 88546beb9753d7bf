import type {
  BatchOutcome,
  ConsumerHandlers,
  DeliveryBatch,
  LogEvent,
  LogState,
} from '../../src/messaging/index.ts';
import { WaitingList } from './waiting-list.ts';

/**
 * A store for tests of consumers: counts an identity (the body's text) once and moves a source's position only if it is
 * the one that the batch expects, like the real stores.
 */
export class TestStore {
  /** All stored bodies, in order. */
  readonly stored: string[] = [];
  readonly positions = new Map<string, number | null>();
  /** Marks that adapters stored with the positions; a test may set or clear them. */
  readonly marks = new Map<string, string>();
  readonly logEvents: LogEvent[] = [];
  readonly batches: { readonly messages: number; readonly redelivered: number }[] = [];
  readonly fatal: unknown[] = [];
  /** Batches handed over while another one of the same source was in progress. */
  overlaps = 0;
  duplicates = 0;
  moves = 0;
  /** Number of times that a consumer asked for positions. */
  asked = 0;
  /** Awaited before a batch is stored; a test may delay it, make it fail, or park messages here. */
  beforeStore: (batch: DeliveryBatch, stopping: AbortSignal) => Promise<void> | void = () => undefined;
  readonly #seen = new Set<string>();
  readonly #inWork = new Set<string>();
  readonly #waiting = new WaitingList();

  get size(): number {
    return this.#seen.size;
  }

  has(body: string): boolean {
    return this.#seen.has(body);
  }

  /** Resolves when `condition` holds, which is checked after every stored batch. */
  until(condition: () => boolean): Promise<void> {
    return this.#waiting.until(condition);
  }

  handlers(): ConsumerHandlers {
    return {
      handle: (batch, stopping) => this.#handle(batch, stopping),
      positions: (sources) => {
        this.asked++;
        return Promise.resolve(new Map(sources.map((source) => [source, this.#state(source)])));
      },
      onLogEvent: (event) => {
        this.logEvents.push(event);
        this.#waiting.notify();
      },
      onFatal: (error) => {
        this.fatal.push(error);
        this.#waiting.notify();
      },
    };
  }

  #state(source: string): LogState {
    return {
      position: this.positions.get(source) ?? null,
      marks: this.marks.get(source) ?? '',
      attempt: '',
    };
  }

  async #handle(batch: DeliveryBatch, stopping: AbortSignal): Promise<BatchOutcome> {
    const source = batch.position?.source ?? 'queue';
    if (this.#inWork.has(source)) this.overlaps++;
    this.#inWork.add(source);
    try {
      this.batches.push({ messages: batch.bodies.length, redelivered: batch.redelivered });
      this.#waiting.notify();
      await this.beforeStore(batch, stopping);
      return this.#store(batch);
    } finally {
      this.#inWork.delete(source);
      this.#waiting.notify();
    }
  }

  #store({ bodies, position }: DeliveryBatch): BatchOutcome {
    if (position) {
      const stands = this.positions.get(position.source) ?? null;
      if (stands !== position.expected) {
        this.moves++;
        return { kind: 'moved', position: stands };
      }
      this.positions.set(position.source, position.next);
      this.marks.set(position.source, position.marks ?? '');
    }
    for (const body of bodies) {
      const text = body.toString();
      if (this.#seen.has(text)) this.duplicates++;
      else this.stored.push(text);
      this.#seen.add(text);
    }
    return { kind: 'stored' };
  }
}
