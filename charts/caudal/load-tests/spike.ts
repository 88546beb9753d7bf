import { createLoadTest } from './lib/load.ts';

// Calm, suddenly ten times as much, and calm again.
const test = createLoadTest('spike');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
