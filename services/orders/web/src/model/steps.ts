import { CANCELLED, FINISHED, pathOf, STATES } from '../../../src/domain/state.ts';
import type { Order } from './api.ts';

/** A state of an order as a step. */
export interface Step {
  readonly estado: Order['estado'];
  readonly state: Order['state'];
  /** `now`: the order is in it and leaves it again. */
  readonly phase: 'done' | 'now' | 'to come';
  /** When the order came into it, ms since the epoch by the server's clock; undefined for one to come. */
  readonly at: number | undefined;
  /** How long it was in it, ms; undefined unless it has left it. */
  readonly lastedMs: number | undefined;
}

/** The steps that an order goes through: those that it was in, and those that come. */
export function stepsOf(order: Order): readonly Step[] {
  const reached = new Map(order.history.map(({ estado, at }) => [estado, Date.parse(at)]));
  const isCancelled = order.estado === STATES[CANCELLED].estado;
  const path = pathOf(isCancelled).map((number) => STATES[number]);
  return path.map(({ estado, state }, index) => {
    const at = reached.get(estado);
    const following = path[index + 1];
    const left = following && reached.get(following.estado);
    const isNow = estado === order.estado && !isLast(order);
    return {
      estado,
      state,
      phase: at === undefined ? 'to come' : isNow ? 'now' : 'done',
      at,
      lastedMs: at === undefined || left === undefined ? undefined : left - at,
    };
  });
}

/** Whether the order stays in the state that it is in. */
export function isLast({ estado }: Order): boolean {
  return estado === STATES[FINISHED].estado || estado === STATES[CANCELLED].estado;
}

/** Whether nothing about the order changes any more: its last state is reached, and every mail was sent or given up. */
export function isSettled(order: Order): boolean {
  const settled = new Set(
    order.mails.filter(({ status }) => status !== 'waiting').map(({ estado }) => estado),
  );
  return isLast(order) && order.history.every(({ estado }) => settled.has(estado));
}

/** Time until the next state, ms: 0 if it is due; undefined after the last state. */
export function untilNextMs(order: Order, serverNow: number): number | undefined {
  return order.dueAt === null ? undefined : Math.max(0, Date.parse(order.dueAt) - serverNow);
}
