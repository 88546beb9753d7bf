import { laneWorkload } from '../messages/lane-workload.ts';
import { storesOf } from '../messages/lanes.ts';
import type { LoadResult } from '../messages/load/measure-load.ts';
import { mutantsOf } from '../messages/mutants.ts';
import type { Workload } from '../workload.ts';
import { BENCH } from './commands/bench.ts';
import { ROW_LANES, STORES } from './lanes.ts';
import { CLEAN_ROWS, ROW_FAULTS } from './plants.ts';

/** The pipeline with a lane into every store. */
export const STORES_SYSTEM: Workload<LoadResult> = {
  ...laneWorkload(STORES),
  name: 'stores',
  promise: 'an accepted message is in every store, once; where a store keeps rows, its rows are its counts',
  bench: BENCH,
  plants: {
    servers: ['kafka', ...storesOf(ROW_LANES)],
    clean: CLEAN_ROWS,
    faults: ROW_FAULTS,
    where: 'in PostgreSQL and in Ignite',
    async check(options) {
      const { checkRowPlants } = await import('./check-plants.ts');
      return checkRowPlants(ROW_LANES, options);
    },
  },
  mutants: mutantsOf(ROW_LANES),
};
