import type { Channel } from 'amqplib';

/**
 * Verifies that queues exist. A publisher needs it where several queues hang on one exchange: `mandatory` returns a
 * message only if it reached *no* queue, so RabbitMQ confirms what a missing one never got.
 *
 * It sees a queue that is gone, not one that is no longer bound: AMQP 0-9-1 offers no look at bindings.
 */
export class QueueCheck {
  readonly #channel: Channel;
  readonly #queues: readonly string[];
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** A missing queue closes the channel, so it must not be used for anything else. */
  constructor(channel: Channel, queues: readonly string[]) {
    this.#channel = channel;
    this.#queues = queues;
  }

  /**
   * Resolves when every queue has been seen by a look that began after this call; calls made meanwhile share the next look.
   * Rejects with the driver's error, after which the channel is closed.
   */
  verify(): Promise<void> {
    if (!this.#running) return this.#look();
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#look();
      });
    return this.#next;
  }

  #look(): Promise<void> {
    const look = this.#passiveDeclare().finally(() => {
      if (this.#running === look) this.#running = undefined;
    });
    this.#running = look;
    return look;
  }

  async #passiveDeclare(): Promise<void> {
    await Promise.all(this.#queues.map(async (queue) => this.#channel.checkQueue(queue)));
  }
}
