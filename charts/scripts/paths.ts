import { join } from 'node:path';

/** The repository. */
export const repository = join(import.meta.dirname, '..', '..');

/** The chart's directory. */
export const chart = join(repository, 'charts', 'caudal');
