import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { PIPELINE } from './lane-system.ts';
import { laneWorkload } from './lane-workload.ts';
import { storesOf } from './lanes.ts';
import type { LoadResult } from './load/measure-load.ts';
import { mutantsOf } from './mutants.ts';
import { CLEAN, FAULTS } from './verify/plants.ts';

const { lanes: LANES } = PIPELINE;

/** The pipeline: one HTTP API, and lanes from a broker to a store that each count every accepted message once. */
export const MESSAGES: Workload<LoadResult> = {
  ...laneWorkload(PIPELINE),
  name: 'messages',
  promise: 'an accepted message is in the store of every lane, once, under its country',
  bench: BENCH,
  plants: {
    servers: storesOf(LANES),
    clean: CLEAN,
    faults: FAULTS,
    where: 'in both lanes',
    async check(options) {
      const { checkPlants } = await import('./verify/self-test.ts');
      return checkPlants(LANES, options);
    },
  },
  mutants: mutantsOf(LANES),
};
