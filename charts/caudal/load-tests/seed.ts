import { createLoadTest } from './lib/load.ts';

// Exactly MESSAGES messages by USERS users at once, each as fast as it is answered.
const test = createLoadTest('seed');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
