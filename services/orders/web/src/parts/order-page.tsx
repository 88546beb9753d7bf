import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Order } from '../model/api.ts';
import { priceText } from '../model/price.ts';
import { cancelFailure, cancelOrder } from '../state/cancel.ts';
import { watched, watchOrder } from '../state/watch.ts';
import { FailureText } from './failure-text.tsx';
import { Mails } from './mails.tsx';
import { Steps } from './steps.tsx';

/** An order: its steps, its mails, and the cancel while that is possible. */
export function OrderPage({ id }: { id: string }): JSX.Element {
  useEffect(() => {
    cancelFailure.value = undefined;
    return watchOrder(id);
  }, [id]);
  const { value } = watched;
  if (value === undefined || value.id !== id || value.status === 'loading')
    return (
      <Message title="Order">
        <p>{value?.failure === undefined ? 'Looking for the order …' : ''}</p>
        <FailureText failure={value?.id === id ? value.failure : undefined} advice="Asking again …" />
      </Message>
    );
  if (value.status === 'absent')
    return (
      <Message title="No such order">
        <p>There is no order under this address: it may be mistyped, or the order has expired.</p>
        <p>
          <a href="#/">To the games</a>
        </p>
      </Message>
    );
  if (value.order === undefined)
    return (
      <Message title="Order accepted">
        <p role="status">It is safe, and waits to be taken in …</p>
        <FailureText failure={value.failure} advice="Asking again …" />
      </Message>
    );
  return <KnownOrder order={value.order} />;
}

function Message({
  title,
  children,
}: {
  title: string;
  children: JSX.Element | readonly JSX.Element[];
}): JSX.Element {
  return (
    <section class="card message" aria-labelledby="message-title">
      <h2 id="message-title">{title}</h2>
      {children}
    </section>
  );
}

function KnownOrder({ order }: { order: Order }): JSX.Element {
  const { value } = watched;
  const { id, number, game, email, estado, state } = order;
  return (
    <>
      <section class="card order" aria-labelledby="order-title" data-estado={estado}>
        <div class="toolbar">
          <h2 id="order-title">{game.name}</h2>
          <span class="price">{priceText(game.price)}</span>
          <span class="buttons">
            {estado === 'recibido' && (
              <button type="button" class="button" onClick={() => void cancelOrder(id)}>
                Cancel the order
              </button>
            )}
          </span>
        </div>
        <p class="order-facts hint">
          {`Order ${number} · row ${game.row} of the catalogue · mails to ${email}`}
          {value?.isLive === false && ' · reconnecting …'}
        </p>
        <FailureText failure={cancelFailure.value} />
        <FailureText failure={value?.failure} advice="Asking again …" />
        <Steps order={order} />
        <p class="unseen" role="status">
          {`The order is ${estado} (${state}).`}
        </p>
      </section>
      <Mails order={order} />
    </>
  );
}
