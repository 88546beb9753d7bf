import { createFilmsTest } from './lib/films/load.ts';

// Exactly QUERIES queries by USERS users at once, each as fast as it is answered.
const test = createFilmsTest('films-seed');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
