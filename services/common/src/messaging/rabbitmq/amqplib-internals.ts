import type { Duplex } from 'node:stream';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { AppError } from '../../errors.ts';

/** Internals of amqplib's confirm channel: how it writes, and how it registers an expected confirm. */
export interface RawChannel {
  readonly ch: number;
  readonly connection: {
    readonly frameMax: number;
    readonly channels: readonly ({ readonly buffer: { write(chunk: Buffer): boolean } } | null)[];
    sentSinceLastCheck: boolean;
  };
  pushConfirmCallback(onConfirm: (error: unknown) => void): void;
}

/**
 * Returns the socket of a connection (`connection.js`: `this.stream`).
 * @throws AppError, not retriable, if amqplib has changed this.
 */
export function socketOf(model: ChannelModel): Duplex {
  const { stream } = model.connection as unknown as { readonly stream?: Partial<Duplex> };
  for (const method of ['write', 'cork', 'uncork', 'destroy'] as const) {
    expectType(`connection.stream.${method}`, stream?.[method], 'function');
  }
  return stream as Duplex;
}

/**
 * Returns the internals of a confirm channel (`channel.js`: `ch`, `connection`, `pushConfirmCallback`; `connection.js`:
 * `frameMax`, `channels[].buffer`, `sentSinceLastCheck`).
 * @throws AppError, not retriable, if amqplib has changed these: better at the start than with the first message.
 */
export function rawChannelOf(confirmChannel: ConfirmChannel): RawChannel {
  const channel = confirmChannel as unknown as RawChannel;
  expectType('channel.ch', channel.ch, 'number');
  expectType('channel.pushConfirmCallback', channel.pushConfirmCallback, 'function');
  expectType('connection.frameMax', channel.connection?.frameMax, 'number');
  expectType('connection.sentSinceLastCheck', channel.connection?.sentSinceLastCheck, 'boolean');
  const buffer = channel.connection?.channels?.[channel.ch]?.buffer;
  expectType('connection.channels[].buffer.write', buffer?.write, 'function');
  return channel;
}

function expectType(name: string, value: unknown, type: 'number' | 'function' | 'boolean'): void {
  if (typeof value === type) return;
  throw new AppError(
    'BROKER_UNAVAILABLE',
    `amqplib has changed: ${name} is ${typeof value}, not a ${type}; ` +
      'install the version that package-lock.json names, or adapt amqplib-internals.ts',
  );
}
