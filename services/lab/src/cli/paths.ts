import { join, resolve } from 'node:path';

/** The repository's root. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

// biome-ignore lint/style/noProcessEnv: the only place that defines the directories of commands
const { CAUDAL_STATE_DIRECTORY, CAUDAL_RESULTS_DIRECTORY } = process.env;

/** Data, logs and the run record; ignored by git. Override: `CAUDAL_STATE_DIRECTORY`. */
export const STATE_DIRECTORY = resolve(CAUDAL_STATE_DIRECTORY || join(ROOT, '.caudal'));

/** One folder per measured run. Override: `CAUDAL_RESULTS_DIRECTORY`. */
export const RESULTS_DIRECTORY = resolve(CAUDAL_RESULTS_DIRECTORY || join(ROOT, 'results'));

/** Data of the servers of `npm start`. */
export const SERVERS_DIRECTORY = join(STATE_DIRECTORY, 'servers');

/** Compiled modules of every process, as in tools/bootstrap.mjs. */
export const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'node');
