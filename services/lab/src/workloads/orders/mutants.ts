import type { Mutant } from '../workload.ts';

/** Services with one bug each. */
export const MUTANTS: readonly Mutant[] = [];
