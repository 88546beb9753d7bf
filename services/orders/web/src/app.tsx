import { Mark } from '@caudal/console-web/icon';
import { ThemeButton } from '@caudal/console-web/theme-button';
import type { JSX } from 'preact';
import { BuyForm } from './parts/buy-form.tsx';
import { GameSearch } from './parts/game-search.tsx';
import { OrderPage } from './parts/order-page.tsx';
import { RememberedOrders } from './parts/remembered-orders.tsx';
import { chosen } from './state/games.ts';
import { route } from './state/route.ts';

/** The page: the shop, or an order. */
export function App(): JSX.Element {
  return (
    <>
      <header class="page-header">
        <h1>
          <Mark />
          Caudal shop
        </h1>
        <nav aria-label="Page">
          <a href="#/">Games</a>
          <a href="./docs">API</a>
          <ThemeButton />
        </nav>
      </header>
      <main class="shop">
        {route.value.name === 'order' ? <OrderPage id={route.value.id} key={route.value.id} /> : <Shop />}
      </main>
    </>
  );
}

function Shop(): JSX.Element {
  const { value } = chosen;
  return (
    <>
      <GameSearch />
      <div class="side">
        {value !== undefined && <BuyForm game={value} key={value.id} />}
        <RememberedOrders />
      </div>
    </>
  );
}
