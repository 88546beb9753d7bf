import { createOrdersTest } from './lib/orders/load.ts';

// ORDERS orders at once, by as many connections as there are USERS.
const test = createOrdersTest('orders-burst');

export const options = test.options;
export const setup = test.setup;
export const watch = test.watch;
export const handleSummary = test.handleSummary;
export default test.iterate;
