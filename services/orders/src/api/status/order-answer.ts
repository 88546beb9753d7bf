import { z } from 'zod';
import { LANGUAGES } from '../../domain/records.ts';
import { CANCELLED, FINISHED, STATES, type StateNumber } from '../../domain/state.ts';
import { maskAddresses } from '../orders/address.ts';
import type { OrderStatus } from './order-statuses.ts';

const named = Object.values(STATES);
const estado = z
  .enum(named.map((each) => each.estado))
  .meta({ description: 'State, as the topics name it.' });
const state = z.enum(named.map((each) => each.state)).meta({ description: 'The same in English.' });
const time = z.iso.datetime().meta({ description: "By the database's clock." });

/** A game as the API shows it. */
export const gameSchema = z.strictObject({
  id: z.int(),
  row: z.int().meta({ description: 'Row of the catalogue, from 1.' }),
  name: z.string(),
  price: z.number().meta({ description: 'With two decimals.' }),
});

/** Body of `GET /orders/{id}` and data of the event `order`. */
export const orderSchema = z.strictObject({
  id: z.uuid(),
  number: z.int().meta({ description: 'Counted up from 1, with gaps.' }),
  game: gameSchema,
  email: z.string().meta({ description: 'Masked: a***@example.com.' }),
  language: z.enum(LANGUAGES),
  estado,
  state,
  history: z.array(z.strictObject({ estado, state, at: time })),
  dueAt: time.nullable().meta({ description: 'When the next state is due; null after the last one.' }),
  mails: z.array(
    z.strictObject({
      estado,
      state,
      status: z.enum(['waiting', 'sent', 'parked']),
      attempts: z.int(),
      reason: z.string().nullable().meta({ description: "The mail server's last refusal." }),
      sentAt: time.nullable(),
    }),
  ),
});

/** State of an order that may be in the log and was not taken in yet. */
export const ACCEPTED = { estado: 'aceptado', state: 'accepted' } as const;

/** Body of an answer about such an order. */
export const acceptedStatusSchema = z.strictObject({
  id: z.uuid(),
  estado: z.literal(ACCEPTED.estado),
  state: z.literal(ACCEPTED.state),
});

/** An amount in cents as the number that the API shows. */
export function priceOf(cents: number): number {
  return cents / 100;
}

/** An order as the API shows it. No address is in it but the masked one, not even in what a mail server said. */
export function orderAnswer(order: OrderStatus): z.infer<typeof orderSchema> {
  const { id, row, name, priceCents } = order.game;
  return {
    id: order.id,
    number: order.number,
    game: { id, row, name, price: priceOf(priceCents) },
    email: order.maskedEmail,
    language: order.language,
    ...STATES[order.state],
    history: order.history.map(({ state: reached, at }) => ({ ...STATES[reached], at: iso(at) })),
    dueAt: order.dueAt === null ? null : iso(order.dueAt),
    mails: order.mails.map((mail) => ({
      ...STATES[mail.state],
      status: mail.status,
      attempts: mail.attempts,
      reason: mail.reason === null ? null : maskAddresses(mail.reason),
      sentAt: mail.sentAt === null ? null : iso(mail.sentAt),
    })),
  };
}

/** An order as the shop's first API showed it. */
export const firstApiSchema = z.strictObject({
  orderid: z.int().meta({ description: 'Number of the order.' }),
  gameid: z.int(),
  name: z.string(),
  price: z.number(),
  usermail: z.string().meta({ description: 'Masked.' }),
  estado,
});

/** An order as {@link firstApiSchema} says. */
export function firstApiAnswer(order: OrderStatus): z.infer<typeof firstApiSchema> {
  return {
    orderid: order.number,
    gameid: order.game.id,
    name: order.game.name,
    price: priceOf(order.game.priceCents),
    usermail: order.maskedEmail,
    estado: STATES[order.state].estado,
  };
}

/** Whether nothing about an order will change any more: its last state is reached, and its mails have left or are parked. */
export function isSettled({ state: reached, mails, history }: OrderStatus): boolean {
  return (
    isLast(reached) && mails.length === history.length && mails.every(({ status }) => status !== 'waiting')
  );
}

/** Whether no state comes after this one. */
export function isLast(reached: StateNumber): boolean {
  return reached === FINISHED || reached === CANCELLED;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
