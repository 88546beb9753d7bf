import type { Defect } from './defect.ts';
import type { ReceivedMail, StoredOrder } from './evidence.ts';

/** A mail with the order and the state that its Message-ID names. */
export interface NamedMail extends ReceivedMail {
  readonly id: string;
  readonly state: number;
}

const MESSAGE_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9])@[^@\s]+$/;

/** Reads what a mail's Message-ID names; undefined if it is not one of the shop's. */
export function nameOf(mail: ReceivedMail): NamedMail | undefined {
  const [, id, state] = MESSAGE_ID.exec(mail.messageId) ?? [];
  return id === undefined ? undefined : { ...mail, id, state: Number(state) };
}

/**
 * Holds the mails of an order against its history: one for each state and no other, first ones in order, to its address, about its
 * game, with no more copies than attempts of unknown outcome, which are the same to the byte.
 * @param received in the order of arrival
 */
export function judgeMails(order: StoredOrder, received: readonly NamedMail[]): readonly Defect[] {
  const defects: Defect[] = [];
  const found = (kind: Defect['kind'], detail: string, state: number): void =>
    void defects.push({ kind, subject: 'mails', detail, example: `${order.id}.${state}` });
  const states = new Set(order.events.map(({ state }) => state));
  const byState = Map.groupBy(received, ({ state }) => state);
  let latest = 0;
  for (const [state, copies] of byState) {
    const [first] = copies;
    if (first === undefined) continue;
    if (!states.has(state)) found('wrong', 'a mail about a state that its order was not in', state);
    else if (!isRight(first, order))
      found('wrong', 'a mail to another address, or about another order', state);
    if (state < latest) found('out-of-order', 'a mail after a later one', state);
    latest = Math.max(latest, state);
    if (copies.some(({ digest }) => digest !== first.digest))
      found('wrong', 'copies of a mail that differ', state);
    const unknown = order.mails.find((mail) => mail.state === state)?.unknownAttempts ?? 0;
    for (let copy = 1 + unknown; copy < copies.length; copy += 1)
      found('doubled', 'a copy of a mail without an attempt of unknown outcome', state);
  }
  for (const state of states) {
    if (byState.has(state)) continue;
    const isParked = order.mails.some((mail) => mail.state === state && mail.status === 'parked');
    found('lost', isParked ? 'a mail that was refused permanently' : 'a mail that never came', state);
  }
  return defects;
}

function isRight(mail: NamedMail, order: StoredOrder): boolean {
  const domain = mail.messageId.slice(mail.messageId.indexOf('@'));
  const isThreaded = mail.state === 1 || mail.inReplyTo === `${order.id}.1${domain}`;
  return (
    isOnly(mail.recipients, order.email) &&
    isOnly(mail.headerRecipients, order.email) &&
    mail.text.includes(blanks(order.name)) &&
    isThreaded
  );
}

function isOnly(addresses: readonly string[], address: string): boolean {
  return addresses.length === 1 && addresses[0] === address;
}

/** A text with its white space as single blanks. */
export function blanks(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
