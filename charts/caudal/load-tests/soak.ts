import { createLoadTest } from './lib/load.ts';

// A moderate constant rate for hours: leaks and slow growth show here.
const test = createLoadTest('soak');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
