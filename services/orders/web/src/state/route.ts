import { signal } from '@preact/signals';
import { routeOf } from '../model/route.ts';

/** What the page shows, by its address. */
export const route = signal(routeOf(location.hash));

/** Follows the page's address. */
export function followRoute(): void {
  addEventListener('hashchange', () => {
    route.value = routeOf(location.hash);
    scrollTo(0, 0);
  });
}
