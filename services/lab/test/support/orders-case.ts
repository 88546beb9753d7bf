import type {
  Announcement,
  Evidence,
  ReceivedMail,
  StoredOrder,
} from '../../src/workloads/orders/verify/evidence.ts';
import type { Case } from '../../src/workloads/orders/verify/judge-orders.ts';
import type { OrderLine } from '../../src/workloads/orders/verify/ledger.ts';

/** Least time in each state of {@link orderCase}. */
export const CASE_STEP_MS = 1_000;

const idOf = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const gameOf = (row: number) => ({
  id: row * 10,
  name: `Juego  nº ${row}, "edición"`,
  priceCents: row * 100 - 1,
});

/** A shop in which everything is as promised: the last of `orders` is cancelled. */
export function orderCase(orders = 6): Case {
  const lines = Array.from({ length: orders }, (_, index): OrderLine => {
    const cancel = index === orders - 1 ? 'cancelled' : '-';
    const email = `user${index % 3}@example.com`;
    return {
      key: `key-${index}`,
      row: index + 1,
      email,
      language: 'es',
      outcome: 'accepted',
      id: idOf(index),
      cancel,
    };
  });
  const stored = lines.map(storedOrder);
  const evidence: Evidence = {
    orders: stored,
    others: new Set(),
    outbox: 0,
    announcements: stored.flatMap(announcementsOf),
    mails: stored.flatMap(mailsOf),
    wrongAnswers: [],
  };
  return {
    ledger: { orders: lines, wrongAnswers: [] },
    catalogue: new Map(lines.map(({ row }) => [row, gameOf(row)])),
    evidence,
    stepMs: CASE_STEP_MS,
  };
}

/** The stored form of an order. */
export function storedOrder({ id, row, email, language, cancel }: OrderLine, index: number): StoredOrder {
  const states = cancel === 'cancelled' ? [1, 5] : [1, 2, 3, 4];
  const { id: gameId, name, priceCents } = gameOf(row);
  return {
    id: id ?? idOf(1_000 + index),
    number: index + 1,
    gameId,
    row,
    name,
    priceCents,
    email,
    language,
    state: states.at(-1) as number,
    events: states.map((state, n) => ({ state, atMs: 1_000_000 + index + n * (CASE_STEP_MS + 5) })),
    mails: states.map((state) => ({ state, status: 'sent', unknownAttempts: 0 })),
  };
}

/** What should be announced of an order. */
export function announcementsOf({ events, ...order }: StoredOrder): readonly Announcement[] {
  return events.map(({ state, atMs }) => ({ ...order, state, atMs }));
}

/** The mails that should have come about an order. */
export function mailsOf({ id, email, name, events }: StoredOrder): readonly ReceivedMail[] {
  return events.map(({ state, atMs }) => ({
    messageId: `${id}.${state}@shop.example`,
    recipients: [email],
    headerRecipients: [email],
    inReplyTo: state === 1 ? undefined : `${id}.1@shop.example`,
    text: `Tu pedido: ${name.replaceAll(/\s+/g, ' ')}`,
    digest: `${id}.${state}`,
    atMs: atMs + 20,
  }));
}
