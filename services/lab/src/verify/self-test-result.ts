import type { Plant } from '../workloads/messages/verify/plants.ts';

/** Result of the self-test. */
export interface SelfTestResult {
  readonly planted: number;
  /** Faults reported correctly in both lanes, without other findings; 0 when a clean lane was not exact. */
  readonly found: number;
  /** A line of text per fault. */
  readonly lines: readonly string[];
}

/** Summarises the self-test. @param misses deviations by plant; plants without any are left out */
export function selfTestResult(
  clean: Pick<Plant, 'name'>,
  faults: readonly Pick<Plant, 'name'>[],
  misses: ReadonlyMap<Pick<Plant, 'name'>, readonly string[]>,
): SelfTestResult {
  const isRight = (plant: Pick<Plant, 'name'>): boolean => misses.get(plant)?.length === 0;
  const plants = [clean, ...faults];
  const width = Math.max(...plants.map(({ name }) => name.length));
  return {
    planted: faults.length,
    // A verifier that always raises an alarm finds every fault, too.
    found: isRight(clean) ? faults.filter(isRight).length : 0,
    lines: plants.map((plant) => {
      const verdict = plant === clean ? 'exact' : 'reported';
      const missed = misses.get(plant) ?? ['not checked'];
      return `${plant.name.padEnd(width)}  ${isRight(plant) ? `${verdict} in both lanes` : `MISSED: ${missed.join('; ')}`}`;
    }),
  };
}
