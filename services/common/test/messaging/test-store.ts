import type {
  BatchOutcome,
  ConsumerHandlers,
  DeliveryBatch,
  LogEvent,
  LogState,
} from '../../src/messaging/index.ts';
import { WaitingList } from './waiting-list.ts';

/**
 * A store for tests of consumers: counts an identity (the body's text) once and moves a source's position only from
 * where the batch expects it, as the real ones do.
 */
export class TestStore {
  /** Every body stored, in the order it was. */
  readonly stored: string[] = [];
  readonly positions = new Map<string, number | null>();
  /** What adapters had stored with the positions; a test may set or forget them. */
  readonly marks = new Map<string, string>();
  readonly logEvents: LogEvent[] = [];
  readonly batches: { readonly messages: number; readonly redelivered: number }[] = [];
  readonly fatal: unknown[] = [];
  /** Batches handed over while another of the same source was in work. */
  overlaps = 0;
  duplicates = 0;
  moves = 0;
  /** How often a consumer asked where sources stand. */
  asked = 0;
  /** Awaited before a batch is stored; a test may hold it back, let it fail, or park messages here. */
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

  /** Resolves as soon as `condition` holds; looked at after every stored batch. */
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
