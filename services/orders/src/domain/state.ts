/**
 * States of an order by their number, which is also their order; each has the name that the topics and the shop's first API use, and
 * its English name. An order goes through 1 to 4, or from 1 to 5.
 */
export const STATES = {
  1: { estado: 'recibido', state: 'received' },
  2: { estado: 'preparando', state: 'preparing' },
  3: { estado: 'entregando', state: 'delivering' },
  4: { estado: 'finalizado', state: 'finished' },
  5: { estado: 'cancelado', state: 'cancelled' },
} as const;

/** Number of a state. */
export type StateNumber = keyof typeof STATES;

/** Name of a state in the topics. */
export type Estado = (typeof STATES)[StateNumber]['estado'];

/** Number of the first state. */
export const RECEIVED = 1;
/** Number of the last state of an order that was not cancelled. */
export const FINISHED = 4;
/** Number of the state after a cancel. */
export const CANCELLED = 5;

/** Numbers of the states that an order goes through, with or without a cancel. */
export function pathOf(isCancelled: boolean): readonly StateNumber[] {
  return isCancelled ? [RECEIVED, CANCELLED] : [RECEIVED, 2, 3, FINISHED];
}

/** Whether a number is that of a state. */
export function isState(number: number): number is StateNumber {
  return Object.hasOwn(STATES, number);
}
