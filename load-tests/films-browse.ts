import { createFilmsTest } from './lib/films/load.ts';

// Queries of every kind arrive at a constant rate.
const test = createFilmsTest('films-browse');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
