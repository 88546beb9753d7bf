import { AppError } from '../../errors.ts';

/** How publishing can be made to fail. */
export class PublishFaults {
  /** While true the broker is unreachable. */
  down = false;
  #planned: { readonly error: AppError; readonly afterStoring: boolean }[] = [];

  /** Makes one publish reject; with `afterStoring` the broker has stored the messages anyway. */
  failNext(error: AppError, afterStoring = false): void {
    this.#planned.push({ error, afterStoring });
  }

  /** The fault of the publish that begins now. */
  next(): { readonly error: AppError; readonly afterStoring: boolean } | undefined {
    if (this.down) return { error: unreachable(), afterStoring: false };
    return this.#planned.shift();
  }
}

/** Publishes bodies, or other items, into a function; confirms in a later turn of the event loop, as a network would. */
export class MemoryPublisher<Item = Buffer> {
  readonly broker: string;
  readonly #store: (items: readonly Item[]) => void;
  readonly #faults: PublishFaults;
  readonly #running = new Set<Promise<void>>();
  #connected = false;
  #closed: Promise<void> | undefined;

  constructor(broker: string, faults: PublishFaults, store: (items: readonly Item[]) => void) {
    this.broker = broker;
    this.#faults = faults;
    this.#store = store;
  }

  connect(): Promise<void> {
    if (this.#faults.down) return Promise.reject(unreachable());
    this.#connected = true;
    return Promise.resolve();
  }

  publish(items: readonly Item[]): Promise<void> {
    if (this.#closed) return Promise.reject(new AppError('STOPPING', 'the publisher is closed'));
    if (!this.#connected) return Promise.reject(unreachable());
    const confirmed = this.#publish(items);
    const settled = confirmed.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return confirmed;
  }

  isReady(): boolean {
    return this.#connected && !this.#closed && !this.#faults.down;
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all(this.#running).then(() => undefined);
    return this.#closed;
  }

  async #publish(items: readonly Item[]): Promise<void> {
    const fault = this.#faults.next();
    if (!fault || fault.afterStoring) this.#store(items);
    await new Promise((resolve) => setImmediate(resolve));
    if (fault) throw fault.error;
  }
}

function unreachable(): AppError {
  return new AppError('BROKER_UNAVAILABLE', 'the memory broker is down', { retriable: true });
}
