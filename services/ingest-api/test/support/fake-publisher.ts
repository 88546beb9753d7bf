import { AppError } from '@caudal/common/errors';
import type { BrokerName, MessagePublisher } from '@caudal/common/messaging';

/** A publisher that keeps what it is given and does as the test says. */
export class FakePublisher implements MessagePublisher {
  readonly broker: BrokerName;
  /** Confirmed bodies, in order. */
  readonly bodies: Buffer[] = [];
  /** Set by a test: whether it is connected. */
  isUp = true;
  /** Set by a test: every publish fails with this. */
  failure: AppError | undefined;
  isClosed = false;
  /** Set by a test: the largest body it takes, bytes. */
  maxBytes = Number.POSITIVE_INFINITY;
  #held: Array<() => void> | undefined;

  constructor(broker: BrokerName) {
    this.broker = broker;
  }

  /** From now on confirms wait for {@link release}. */
  hold(): void {
    this.#held ??= [];
  }

  /** Confirms what was held, and from now on everything at once; resolves when their callers have been notified. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const confirm of held) confirm();
    await new Promise(setImmediate);
  }

  /** Confirmed messages as objects. */
  get messages(): Array<Record<string, unknown>> {
    return this.bodies.map((body) => JSON.parse(body.toString()) as Record<string, unknown>);
  }

  connect(): Promise<void> {
    return this.isUp
      ? Promise.resolve()
      : Promise.reject(new AppError('BROKER_UNAVAILABLE', `${this.broker} is down`, { retriable: true }));
  }

  async publish(bodies: readonly Buffer[]): Promise<void> {
    const held = this.#held;
    if (held) await new Promise<void>((resolve) => held.push(resolve));
    else await Promise.resolve();
    if (this.failure) throw this.failure;
    this.bodies.push(...bodies);
  }

  maxBodyBytes(): number {
    return this.maxBytes;
  }

  isReady(): boolean {
    return this.isUp && !this.isClosed;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
