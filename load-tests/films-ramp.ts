import { createFilmsTest } from './lib/films/load.ts';

// The rate of queries climbs to its peak, stays there and falls back to nothing.
const test = createFilmsTest('films-ramp');

export const options = test.options;
export const setup = test.setup;
export const handleSummary = test.handleSummary;
export default test.iterate;
