import type { Channel, Message } from 'amqplib';

/**
 * Acknowledges the deliveries of one channel with one consumer, whose delivery tags therefore are 1, 2, 3, …
 *
 * A batch that was stored is acknowledged with one frame. A message whose dead letter is not confirmed yet is left
 * out and acknowledged separately later, so that it cannot be lost and does not hold up later messages.
 */
export class Acknowledgements {
  readonly #channel: Channel;
  /** Deliveries whose dead letter is not confirmed. */
  readonly #unparked = new Set<number>();
  #delivered = 0;
  /** Acknowledged or returned. */
  #done = 0;
  /** Highest stored tag; batches are stored in order. */
  #storedTo = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Deliveries that the broker still counts as unacknowledged. */
  get outstanding(): number {
    return this.#delivered - this.#done;
  }

  /** Records that a message was delivered. */
  delivered(): void {
    this.#delivered++;
  }

  /** Leaves a delivery unacknowledged until `parked` resolves to true; false leaves it for a redelivery. */
  holdBack(tag: number, parked: Promise<boolean>): void {
    this.#unparked.add(tag);
    void parked.then((isParked) => {
      if (!isParked) return;
      this.#unparked.delete(tag);
      if (tag <= this.#storedTo) this.#acknowledge(tag, 1, false);
    });
  }

  /** Acknowledges a stored batch, except for messages that wait to be parked. */
  stored(firstTag: number, lastTag: number): void {
    this.#storedTo = lastTag;
    if (this.#unparked.size === 0) {
      this.#acknowledge(lastTag, lastTag - firstTag + 1, true);
      return;
    }
    for (let tag = firstTag; tag <= lastTag; tag++) {
      if (!this.#unparked.has(tag)) this.#acknowledge(tag, 1, false);
    }
  }

  /** Returns deliveries to the queue, so that another consumer receives them immediately. */
  giveBack(firstTag: number, lastTag: number): void {
    for (let tag = firstTag; tag <= lastTag; tag++) this.#channel.nack(delivery(tag), false, true);
    this.#done += lastTag - firstTag + 1;
  }

  #acknowledge(tag: number, messages: number, allUpTo: boolean): void {
    this.#done += messages;
    try {
      this.#channel.ack(delivery(tag), allUpTo);
    } catch {
      // The channel has just closed: the message is redelivered and not counted twice.
    }
  }
}

/** The only fields that amqplib reads of a message that is acknowledged: `channel_model.js`, `ack` and `nack`. */
function delivery(deliveryTag: number): Message {
  return { fields: { deliveryTag } } as unknown as Message;
}
