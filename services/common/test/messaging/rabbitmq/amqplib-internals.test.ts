import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { AppError } from '../../../src/errors.ts';
import { rawChannelOf, socketOf } from '../../../src/messaging/rabbitmq/amqplib-internals.ts';

const nothing = () => undefined;
const connection = {
  frameMax: 131_072,
  sentSinceLastCheck: false,
  channels: [null, { buffer: { write: nothing } }],
  stream: { write: nothing, cork: nothing, uncork: nothing, destroy: nothing },
};
const channel = { ch: 1, connection, pushConfirmCallback: nothing };

describe("amqplib's internals", () => {
  it('are used if they are as expected', () => {
    assert.equal(rawChannelOf(channel as unknown as ConfirmChannel), channel);
    assert.equal(socketOf({ connection } as unknown as ChannelModel), connection.stream);
  });

  it('are refused with the name of what has changed', () => {
    const changed: readonly (readonly [string, object])[] = [
      ['channel.ch is undefined', { ...channel, ch: undefined }],
      ['channel.pushConfirmCallback is undefined', { ...channel, pushConfirmCallback: undefined }],
      ['connection.frameMax is undefined', { ch: 1, pushConfirmCallback: nothing }],
      [
        'connection.sentSinceLastCheck is undefined',
        { ...channel, connection: { ...connection, sentSinceLastCheck: undefined } },
      ],
      ['connection.channels[].buffer.write is undefined', { ...channel, ch: 0 }],
    ];
    for (const [message, value] of changed) {
      assert.throws(
        () => rawChannelOf(value as ConfirmChannel),
        (error: AppError) => !error.retriable && error.message.startsWith(`amqplib has changed: ${message}`),
        message,
      );
    }
    assert.throws(() => socketOf({ connection: {} } as unknown as ChannelModel), /connection\.stream\.write/);
  });
});
