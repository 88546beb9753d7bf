import { timeOfDay, utc } from '@caudal/console-web/format';
import { Icon } from '@caudal/console-web/icon';
import type { JSX } from 'preact';
import { orderLink } from '../model/route.ts';
import { forgetOrders, remembered } from '../state/remembered.ts';

/** Orders that were made in this browser. */
export function RememberedOrders(): JSX.Element {
  const { value } = remembered;
  return (
    <section class="card" aria-labelledby="orders-title">
      <div class="toolbar">
        <h2 id="orders-title">Your orders</h2>
        {value.length > 0 && (
          <span class="buttons">
            <button type="button" class="icon-button" onClick={forgetOrders} aria-label="Forget these orders">
              <Icon name="clear" />
            </button>
          </span>
        )}
      </div>
      {value.length === 0 && (
        <p class="empty">Choose a game to buy it. Orders of this browser are listed here.</p>
      )}
      <ul class="orders">
        {value.map(({ id, name, at }) => (
          <li key={id}>
            <a href={orderLink(id)}>
              <span class="game-name">{name}</span>
              <time class="hint" dateTime={utc(at)} title={utc(at)}>
                {timeOfDay(at)}
              </time>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
