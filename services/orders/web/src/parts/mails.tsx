import { timeOfDay, utc } from '@caudal/console-web/format';
import type { JSX } from 'preact';
import type { Order } from '../model/api.ts';
import { mailboxUrl } from '../state/settings.ts';

type Mail = Order['mails'][number];

const STATUS: Readonly<Record<Mail['status'], string>> = {
  waiting: 'waiting',
  sent: 'sent',
  parked: 'not delivered',
};

/** The mails about an order, one for each state. */
export function Mails({ order }: { order: Order }): JSX.Element {
  return (
    <section class="card" aria-labelledby="mails-title">
      <div class="toolbar">
        <h2 id="mails-title">Mails</h2>
        {mailboxUrl.value !== null && (
          <span class="buttons">
            <a class="button" href={mailboxUrl.value} target="_blank" rel="noreferrer">
              Read the mails
            </a>
          </span>
        )}
      </div>
      {order.mails.length === 0 && <p class="empty">None yet: each state is announced by a mail.</p>}
      <ul class="mails">
        {order.mails.map(({ estado, state, status, attempts, reason, sentAt }) => (
          <li key={estado} class={`mail is-${status}`} data-testid={`mail-${estado}`}>
            <span>
              <b>{estado}</b> <span class="hint">{state}</span>
            </span>
            <span class="badge">{STATUS[status]}</span>
            {sentAt !== null && (
              <time class="hint" dateTime={sentAt} title={utc(Date.parse(sentAt))}>
                {timeOfDay(Date.parse(sentAt))}
              </time>
            )}
            {attempts > 1 && <span class="hint">{`${attempts} attempts`}</span>}
            {reason !== null && status !== 'sent' && <span class="reason">{reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
