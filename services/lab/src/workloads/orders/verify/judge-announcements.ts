import type { Defect } from './defect.ts';
import type { Announcement, StoredOrder } from './evidence.ts';

/** The database keeps microseconds. */
const SAME_TIME_MS = 1;

/**
 * Holds the announcements of an order against its history: each state at least once and no other, first ones in order, each with the
 * contents of its order.
 * @param announced in the order of the topic
 */
export function judgeAnnouncements(
  order: StoredOrder,
  announced: readonly Announcement[],
): readonly Defect[] {
  const defects: Defect[] = [];
  const found = (kind: Defect['kind'], detail: string, state: number): void =>
    void defects.push({ kind, subject: 'announcements', detail, example: `${order.id}.${state}` });
  const times = new Map(order.events.map(({ state, atMs }) => [state, atMs]));
  const seen = new Set<number>();
  for (const record of announced) {
    const { state } = record;
    const at = times.get(state);
    if (at === undefined) found('wrong', 'an announcement of a state that its order was not in', state);
    else if (!saysTheSame(record, order) || Math.abs(record.atMs - at) > SAME_TIME_MS)
      found('wrong', 'an announcement that differs from its order', state);
    // A relay whose write had no known outcome announces again.
    if (seen.has(state)) continue;
    if ([...seen].some((earlier) => earlier > state))
      found('out-of-order', 'an announcement after a later one', state);
    seen.add(state);
  }
  for (const state of times.keys()) {
    if (!seen.has(state)) found('lost', 'a state that was not announced', state);
  }
  return defects;
}

function saysTheSame(record: Announcement, order: StoredOrder): boolean {
  return (
    record.number === order.number &&
    record.gameId === order.gameId &&
    record.row === order.row &&
    record.name === order.name &&
    record.priceCents === order.priceCents &&
    record.email === order.email
  );
}
