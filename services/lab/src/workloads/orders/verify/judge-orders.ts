import { type OrdersAccount, spreadOf } from './account.ts';
import { type Defect, findingsOf } from './defect.ts';
import type { CatalogueFile, Evidence, StoredOrder } from './evidence.ts';
import { judgeAnnouncements } from './judge-announcements.ts';
import { judgeMails, type NamedMail, nameOf } from './judge-mails.ts';
import { judgeTransitions, latenessOf } from './judge-transitions.ts';
import type { CancelOutcome, Ledger, OrderLine } from './ledger.ts';
import { strangersOf } from './strangers.ts';

/** What is judged. */
export interface Case {
  readonly ledger: Ledger;
  /** What the shop sells, as its file says. */
  readonly catalogue: CatalogueFile;
  readonly evidence: Evidence;
  /** Least time in each state. */
  readonly stepMs: number;
}

/** Holds what a load was promised against what is there: a pure function. */
export function judgeOrders({ ledger, catalogue, evidence, stepMs }: Case): OrdersAccount {
  const defects: Defect[] = [];
  const found = (kind: Defect['kind'], subject: Defect['subject'], detail: string, example: string): void =>
    void defects.push({ kind, subject, detail, example });
  const byOutcome = (outcome: OrderLine['outcome']) =>
    ledger.orders.filter((line) => line.outcome === outcome);
  const accepted = byOutcome('accepted');
  const stored = new Map(evidence.orders.map((order) => [order.id, order]));
  const promised = new Map<string, OrderLine>();
  for (const line of accepted) {
    const { id } = line;
    if (id === undefined) found('lost', 'orders', 'an order that was accepted without an id', line.key);
    else if (promised.has(id)) found('lost', 'orders', 'an order that was accepted as another one', id);
    else if (!stored.has(id)) found('lost', 'orders', 'an accepted order that is not there', id);
    if (id !== undefined) promised.set(id, line);
  }
  const strangers = strangersOf(evidence.orders, promised, ledger);
  for (const { id } of strangers.doubled)
    found('doubled', 'orders', 'an order that was asked for once and is there again', id);
  for (const { id } of strangers.refused)
    found('wrong', 'orders', 'an order that was refused and is there', id);

  const announced = Map.groupBy(evidence.announcements, ({ id }) => id);
  const named = evidence.mails.map(nameOf);
  const mailed = Map.groupBy(
    named.filter((mail) => mail !== undefined),
    ({ id }) => id,
  );
  const isKnown = (id: string): boolean => stored.has(id) || promised.has(id) || evidence.others.has(id);
  for (const id of announced.keys())
    if (!isKnown(id)) found('wrong', 'announcements', 'announcements of an order that nothing promised', id);
  for (const [index, mail] of named.entries()) {
    if (mail === undefined || !isKnown(mail.id))
      found(
        'wrong',
        'mails',
        'a mail that nothing promised',
        evidence.mails[index]?.messageId || 'no Message-ID',
      );
  }
  for (const { id, what } of [...ledger.wrongAnswers, ...evidence.wrongAnswers])
    found('wrong', 'answers', 'an answer that was not right', `${id}: ${what}`);

  const judged: StoredOrder[] = [];
  let kept = 0;
  const judge = (order: StoredOrder, line: OrderLine, cancel: CancelOutcome): readonly Defect[] => {
    judged.push(order);
    return [
      ...judgeContents(order, line, catalogue),
      ...judgeTransitions(order, cancel, stepMs),
      ...judgeAnnouncements(order, announced.get(order.id) ?? []),
      ...judgeMails(order, mailed.get(order.id) ?? []),
    ];
  };
  for (const [id, line] of promised) {
    const order = stored.get(id);
    if (order === undefined) continue;
    const own = judge(order, line, line.cancel);
    if (own.length === 0) kept += 1;
    defects.push(...own);
  }
  for (const { order, line } of strangers.unknown) defects.push(...judge(order, line, 'unknown'));

  return {
    accepted: accepted.length,
    refused: byOutcome('refused').length,
    unknown: byOutcome('unknown').length,
    unknownThere: strangers.unknown.length,
    kept,
    ...figuresOf(judged, evidence, mailed, stepMs),
    findings: findingsOf(defects),
  };
}

function judgeContents(order: StoredOrder, line: OrderLine, catalogue: CatalogueFile): readonly Defect[] {
  const game = catalogue.get(line.row);
  const isRight =
    order.row === line.row &&
    order.email === line.email &&
    order.language === line.language &&
    order.gameId === game?.id &&
    order.name === game.name &&
    order.priceCents === game.priceCents;
  if (isRight) return [];
  return [
    {
      kind: 'wrong',
      subject: 'orders',
      detail: 'an order that differs from what was asked for',
      example: order.id,
    },
  ];
}

type Figures = Omit<OrdersAccount, 'accepted' | 'refused' | 'unknown' | 'unknownThere' | 'kept' | 'findings'>;

function figuresOf(
  orders: readonly StoredOrder[],
  { announcements }: Evidence,
  mailed: ReadonlyMap<string, readonly NamedMail[]>,
  stepMs: number,
): Figures {
  const ids = new Set(orders.map(({ id }) => id));
  const times = orders.flatMap(({ events }) => events.map(({ atMs }) => atMs));
  const sent = orders.flatMap(({ mails }) => mails);
  const received = orders.flatMap(({ id }) => mailed.get(id) ?? []);
  const distinct = new Set(received.map(({ messageId }) => messageId));
  const delays = orders.flatMap(({ id, events }) =>
    events.flatMap(({ state, atMs }) => {
      const mail = mailed.get(id)?.find((one) => one.state === state);
      return mail === undefined ? [] : [mail.atMs - atMs];
    }),
  );
  const inState = (state: number): number => orders.filter((order) => order.state === state).length;
  return {
    cancelled: inState(5),
    finished: inState(4),
    transitions: times.length,
    announcements: announcements.filter(({ id }) => ids.has(id)).length,
    mails: distinct.size,
    copies: received.length - distinct.size,
    unknownAttempts: sent.reduce((sum, { unknownAttempts }) => sum + unknownAttempts, 0),
    parked: sent.filter(({ status }) => status === 'parked').length,
    lateness: spreadOf(orders.flatMap((order) => latenessOf(order, stepMs))),
    mailDelay: spreadOf(delays),
    spanSeconds:
      times.length === 0
        ? null
        : (times.reduce((a, b) => Math.max(a, b)) - times.reduce((a, b) => Math.min(a, b))) / 1_000,
  };
}
