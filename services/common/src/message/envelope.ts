import { isCountryCode } from './country.ts';
import type { Message } from './message.ts';

/**
 * A message on a broker, with the identity that stays the same across retries and redeliveries.
 *
 * Without an `Idempotency-Key` the identity is (`producer`, `sequence`): the ingest process, fresh at each
 * start, and a number that counts up. With one it is (`key`, `sequence`): a digest of caller, key and the request's
 * messages, and the position in the request, so that a client's retry through another pod is the same message.
 */
export interface Envelope extends Message {
  /** Exactly one of `producer` and `key` is there. */
  readonly producer?: string;
  readonly key?: string;
  readonly sequence: number;
  /** Time of acceptance by ingest, ms since the epoch. */
  readonly acceptedAt: number;
  /** Version of this schema; absent means 1, to save bytes. */
  readonly version?: 1;
}

/** A body that can never be stored; the message says why, for the dead-letter header. */
export class PoisonError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PoisonError';
  }
}

/** Upper bound of a sequence: identities are bits in the store, and this keeps every offset a safe integer. */
export const MAX_SEQUENCE = 2 ** 48;

const SCOPE = /^[A-Za-z0-9_-]{1,64}$/;

/** Serialises an envelope. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  return Buffer.from(JSON.stringify(envelope));
}

/**
 * Reads an envelope. Anyone with the broker's password can put anything there, so every field that the store
 * or a metric will see is checked.
 * @throws PoisonError with the first problem.
 */
export function decodeEnvelope(body: Buffer): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new PoisonError('not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PoisonError('not a JSON object');
  }
  const envelope = value as Partial<Record<keyof Envelope, unknown>>;
  if (envelope.version !== undefined && envelope.version !== 1) {
    throw new PoisonError('version: this consumer supports only version 1');
  }
  if (!isCountryCode(envelope.country)) throw new PoisonError('country: not an ISO 3166-1 alpha-2 code');
  if (typeof envelope.description !== 'string') throw new PoisonError('description: not a string');
  if (typeof envelope.weather !== 'string') throw new PoisonError('weather: not a string');
  const { producer, key, sequence, acceptedAt } = envelope;
  if ((producer === undefined) === (key === undefined)) {
    throw new PoisonError('identity: exactly one of producer and key must be given');
  }
  if (!isScope(producer ?? key)) throw new PoisonError('identity: producer or key is not an identifier');
  if (
    typeof sequence !== 'number' ||
    !Number.isInteger(sequence) ||
    sequence < 0 ||
    sequence >= MAX_SEQUENCE
  ) {
    throw new PoisonError('identity: sequence is not a whole number from 0 to 2^48');
  }
  if (key !== undefined && sequence >= MAX_KEYED_SEQUENCE) {
    throw new PoisonError('identity: sequence under a key is above the largest request');
  }
  if (typeof acceptedAt !== 'number' || !(acceptedAt > 0)) throw new PoisonError('acceptedAt: not a time');
  return value as Envelope;
}

/** Positions under one key; a bound of what one identity can make the store allocate. */
const MAX_KEYED_SEQUENCE = 1_000;

function isScope(value: unknown): value is string {
  return typeof value === 'string' && SCOPE.test(value);
}
