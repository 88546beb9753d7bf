import { createOrdersTest } from './lib/orders/load.ts';

// Orders arrive at a constant rate; some are cancelled, sent again, wrong, or watched.
const test = createOrdersTest('orders-steady');

export const options = test.options;
export const setup = test.setup;
export const watch = test.watch;
export const handleSummary = test.handleSummary;
export default test.iterate;
