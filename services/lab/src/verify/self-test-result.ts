import type { Plant } from './plants.ts';

/** What the self-test found. */
export interface SelfTestResult {
  readonly planted: number;
  /** Faults that were reported, in both lanes, as what they are and nothing else; 0 when a clean lane was not exact. */
  readonly found: number;
  /** A line a fault, for a person. */
  readonly lines: readonly string[];
}

/** Sums the self-test up. @param misses what was not as it had to be, by plant; nothing where all was */
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
    // A verifier that cries wolf finds every fault, too.
    found: isRight(clean) ? faults.filter(isRight).length : 0,
    lines: plants.map((plant) => {
      const verdict = plant === clean ? 'exact' : 'reported';
      const missed = misses.get(plant) ?? ['not looked at'];
      return `${plant.name.padEnd(width)}  ${isRight(plant) ? `${verdict} in both lanes` : `MISSED: ${missed.join('; ')}`}`;
    }),
  };
}
