import type { Order } from './order.ts';

/** An answer to `GET /orders/{id}`. */
export type Answer = { status: number; body: string };

/** What a customer saw of an order. */
export type Look = {
  /** Names of the states so far. */
  estados: readonly string[];
  isOver: boolean;
};

/** What one answer showed: the order, something wrong, or nothing because the API could not say. */
export type Seen = { look?: Look; problem?: string };

const paths: readonly (readonly string[])[] = [
  ['recibido', 'preparando', 'entregando', 'finalizado'],
  ['recibido', 'cancelado'],
];

/** No answer, overload, or the database away: ask again. */
const passingStatuses: readonly number[] = [0, 408, 429, 502, 503, 504];

type Shown = {
  id?: unknown;
  estado?: unknown;
  email?: unknown;
  language?: unknown;
  game?: { row?: unknown };
  history?: { estado?: unknown; at?: unknown }[];
};

/** An address as the API may show it. */
export function maskAddress(address: string): string {
  return `${address.slice(0, 1)}***${address.slice(address.indexOf('@'))}`;
}

/**
 * Holds an answer against the order that was asked for and what was seen of it before. An accepted order is there and stays there,
 * its states are in order, and none is ever taken back.
 */
export function judgeAnswer(order: Order, id: string, before: Look | undefined, answer: Answer): Seen {
  const { status } = answer;
  if (passingStatuses.includes(status)) return {};
  if (status !== 200 && status !== 202) return { problem: `answered ${status}` };
  const shown = parse(answer.body);
  if (shown === undefined) return { problem: `answered ${status} without an order` };
  if (shown.id !== id) return { problem: `showed order ${String(shown.id)}` };
  if (status === 202) {
    if (before !== undefined) return { problem: 'was not taken in any more' };
    return shown.estado === 'aceptado' ? {} : { problem: `answered 202 in state ${String(shown.estado)}` };
  }
  if (shown.game?.row !== order.row)
    return { problem: `showed row ${String(shown.game?.row)}, not ${order.row}` };
  if (shown.email !== maskAddress(order.email)) return { problem: `showed address ${String(shown.email)}` };
  if (shown.language !== order.language) return { problem: `showed language ${String(shown.language)}` };
  return judgeHistory(shown, before);
}

function judgeHistory(shown: Shown, before: Look | undefined): Seen {
  const history = Array.isArray(shown.history) ? shown.history : [];
  const estados = history.map(({ estado }) => String(estado));
  const path = paths.find((states) => estados.every((estado, place) => states[place] === estado));
  const text = estados.join(' ') || 'none';
  if (path === undefined || estados.length === 0) return { problem: `showed states ${text}` };
  if (shown.estado !== estados.at(-1)) {
    return { problem: `showed state ${String(shown.estado)} after states ${text}` };
  }
  const times = history.map(({ at }) => (typeof at === 'number' ? at : Date.parse(String(at))));
  if (times.some((time, place) => Number.isNaN(time) || time < (times[place - 1] ?? 0))) {
    return { problem: `showed times ${history.map(({ at }) => String(at)).join(' ')}` };
  }
  if (before?.estados.some((estado, place) => estados[place] !== estado)) {
    return { problem: `went back from ${before.estados.join(' ')} to ${text}` };
  }
  return { look: { estados, isOver: estados.length === path.length } };
}

function parse(body: string): Shown | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
