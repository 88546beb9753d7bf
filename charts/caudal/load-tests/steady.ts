import { createLoadTest } from './lib/load.ts';

// Messages arrive at a constant rate, however slow the answers are.
const test = createLoadTest('steady');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
