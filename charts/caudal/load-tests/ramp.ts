import { createLoadTest } from './lib/load.ts';

// The rate climbs to its peak, stays there and falls back to nothing.
const test = createLoadTest('ramp');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
