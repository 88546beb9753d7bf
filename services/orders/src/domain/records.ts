import { errorMessage } from '@caudal/common/errors';
import { PoisonError } from '@caudal/common/message';
import { z } from 'zod';
import { STATES } from './state.ts';

/** Topic that the API writes accepted orders to, keyed by order. */
export const ORDERS_TOPIC = 'compra_detalle';
/** Topic that the processor announces every state of every order on, keyed by order. */
export const CONFIRMED_TOPIC = 'compra_confirmada';

/** Languages of mails. */
export const LANGUAGES = ['es', 'en'] as const;
/** Language of an order's mails. */
export type Language = (typeof LANGUAGES)[number];

/** A game as it was ordered. */
const GAME = {
  /** Id in the catalogue. */
  gameid: z.int32().nonnegative(),
  /** Row of the catalogue, from 1. */
  row: z.int32().positive(),
  name: z.string().min(1).max(500),
  priceCents: z.int32().nonnegative(),
};

const ORDER = z.object({
  version: z.literal(1),
  orderid: z.uuid(),
  ...GAME,
  usermail: z.string().min(3).max(254),
  language: z.enum(LANGUAGES),
  /** By the clock of the process that accepted it, ms since the epoch: for a latency, never for a decision. */
  acceptedAt: z.number().nonnegative(),
});

const CONFIRMATION = z.object({
  version: z.literal(1),
  orderid: z.uuid(),
  /** Number of the order, counted up from 1 with gaps. */
  number: z.int().positive(),
  ...GAME,
  usermail: z.string().min(3).max(254),
  language: z.enum(LANGUAGES),
  state: z.int().min(1).max(5),
  estado: z.enum(Object.values(STATES).map(({ estado }) => estado)),
  /** By the clock of the database, ms since the epoch. */
  at: z.number().nonnegative(),
});

/** An accepted order, a record of {@link ORDERS_TOPIC}. */
export type OrderRecord = z.infer<typeof ORDER>;
/** An order that has reached a state, a record of {@link CONFIRMED_TOPIC}. */
export type ConfirmationRecord = z.infer<typeof CONFIRMATION>;

/** Encodes a record of either topic. */
export function encodeRecord(record: OrderRecord | ConfirmationRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/** Decodes an accepted order. @throws PoisonError that says what is wrong with it */
export function decodeOrder(body: Buffer): OrderRecord {
  return decode(ORDER, body);
}

/** Decodes a confirmation. @throws PoisonError that says what is wrong with it */
export function decodeConfirmation(body: Buffer): ConfirmationRecord {
  return decode(CONFIRMATION, body);
}

function decode<T>(shape: z.ZodType<T>, body: Buffer): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (error) {
    throw new PoisonError(`not JSON: ${errorMessage(error)}`);
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  throw new PoisonError(z.prettifyError(read.error).replaceAll('\n', ' '));
}
