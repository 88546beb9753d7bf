import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Channel } from 'amqplib';
import { Acknowledgements } from '../../../src/messaging/rabbitmq/acknowledgements.ts';

/** Simulates the broker's side of a channel: its outstanding tags, and an invalid frame ends it. */
function brokerOf(delivered: number) {
  const outstanding = new Set(Array.from({ length: delivered }, (_, index) => index + 1));
  let frames = 0;
  const settle = (tag: number, allUpTo: boolean) => {
    frames++;
    assert.ok(outstanding.has(tag), `unknown delivery tag ${tag}`);
    for (const one of outstanding) if (one === tag || (allUpTo && one < tag)) outstanding.delete(one);
  };
  const channel = {
    ack: ({ fields }: { fields: { deliveryTag: number } }, allUpTo: boolean) =>
      settle(fields.deliveryTag, allUpTo),
    nack: ({ fields }: { fields: { deliveryTag: number } }) => settle(fields.deliveryTag, false),
  };
  const acknowledgements = new Acknowledgements(channel as unknown as Channel);
  for (let tag = 1; tag <= delivered; tag++) acknowledgements.delivered();
  return { acknowledgements, outstanding, frames: () => frames };
}

describe('acknowledgements', () => {
  it('cover a batch with one frame', () => {
    const { acknowledgements, outstanding, frames } = brokerOf(10);
    acknowledgements.stored(1, 4);
    assert.deepEqual([[...outstanding], acknowledgements.outstanding, frames()], [[5, 6, 7, 8, 9, 10], 6, 1]);
    acknowledgements.stored(5, 10);
    assert.deepEqual([outstanding.size, acknowledgements.outstanding, frames()], [0, 0, 2]);
  });

  it('leave out what is not parked yet, in its own batch and in later ones', async () => {
    const { acknowledgements, outstanding, frames } = brokerOf(9);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    acknowledgements.holdBack(2, promise);
    acknowledgements.stored(1, 3);
    acknowledgements.stored(4, 6);
    assert.deepEqual([[...outstanding], acknowledgements.outstanding], [[2, 7, 8, 9], 4]);
    resolve(true);
    await promise;
    assert.deepEqual([[...outstanding], acknowledgements.outstanding], [[7, 8, 9], 3]);
    const before = frames();
    acknowledgements.stored(7, 9);
    assert.deepEqual([outstanding.size, frames() - before], [0, 1]);
  });

  it('wait for the batch if one of its messages is parked before the batch is stored', async () => {
    const { acknowledgements, outstanding, frames } = brokerOf(3);
    const parked = Promise.resolve(true);
    acknowledgements.holdBack(3, parked);
    await parked;
    assert.deepEqual([outstanding.size, frames()], [3, 0]);
    acknowledgements.stored(1, 3);
    assert.deepEqual([outstanding.size, frames()], [0, 1]);
  });

  it('never cover a message whose dead letter was abandoned', async () => {
    const { acknowledgements, outstanding } = brokerOf(2);
    const givenUp = Promise.resolve(false);
    acknowledgements.holdBack(1, givenUp);
    await givenUp;
    acknowledgements.stored(1, 2);
    assert.deepEqual([[...outstanding], acknowledgements.outstanding], [[1], 1]);
  });

  it('return deliveries message by message, whatever is acknowledged', () => {
    const { acknowledgements, outstanding } = brokerOf(5);
    acknowledgements.giveBack(3, 5);
    assert.deepEqual([[...outstanding], acknowledgements.outstanding], [[1, 2], 2]);
    acknowledgements.stored(1, 2);
    assert.equal(outstanding.size, 0);
  });

  it('survive a channel that has just closed', () => {
    const channel = {
      ack: () => {
        throw new Error('Channel closed');
      },
    };
    const acknowledgements = new Acknowledgements(channel as unknown as Channel);
    acknowledgements.delivered();
    acknowledgements.stored(1, 1);
    assert.equal(acknowledgements.outstanding, 0);
  });
});
