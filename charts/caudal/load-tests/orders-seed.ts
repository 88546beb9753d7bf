import { createOrdersTest } from './lib/orders/load.ts';

// Exactly ORDERS orders by USERS customers at once, each as fast as it is answered.
const test = createOrdersTest('orders-seed');

export const options = test.options;
export const setup = test.setup;
export const watch = test.watch;
export const handleSummary = test.handleSummary;
export default test.iterate;
