/** What the page shows. */
export type Route = { readonly name: 'shop' } | { readonly name: 'order'; readonly id: string };

const ORDER = /^#\/orders\/([^/]+)$/;
const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Reads the part of the page's address after the `#`. What is no order's is the shop's. */
export function routeOf(hash: string): Route {
  const [, id] = ORDER.exec(hash) ?? [];
  return id === undefined ? { name: 'shop' } : { name: 'order', id: id.toLowerCase() };
}

/** Link to an order within the page. */
export function orderLink(id: string): string {
  return `#/orders/${id}`;
}

/** Whether a text can be the id of an order; nothing else is asked for. */
export function isOrderId(text: string): boolean {
  return ID.test(text);
}
