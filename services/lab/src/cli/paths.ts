import { join, resolve } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

// biome-ignore lint/style/noProcessEnv: the one place that says where commands keep things
const { CAUDAL_STATE_DIRECTORY, CAUDAL_RESULTS_DIRECTORY } = process.env;

/** Data, logs and the record of what runs; ignored by git. `CAUDAL_STATE_DIRECTORY` puts it elsewhere. */
export const STATE_DIRECTORY = resolve(CAUDAL_STATE_DIRECTORY || join(ROOT, '.caudal'));

/** One folder for each measured run. `CAUDAL_RESULTS_DIRECTORY` puts it elsewhere. */
export const RESULTS_DIRECTORY = resolve(CAUDAL_RESULTS_DIRECTORY || join(ROOT, 'results'));
