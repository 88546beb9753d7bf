import { join } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** Data, logs and the record of what runs; ignored by git. */
export const STATE_DIRECTORY = join(ROOT, '.caudal');

/** One folder for each measured run. */
export const RESULTS_DIRECTORY = join(ROOT, 'results');
