import type { PlantName, Plants } from './plants.ts';

/** Result of the self-test. */
export interface SelfTestResult {
  readonly planted: number;
  /** Faults reported correctly wherever they were planted, without other findings; 0 when what has none was not exact. */
  readonly found: number;
  /** A line of text per fault. */
  readonly lines: readonly string[];
}

/** Summarises the self-test. @param misses deviations by plant; none may be left out */
export function selfTestResult(
  { clean, faults, where }: Pick<Plants, 'clean' | 'faults' | 'where'>,
  misses: ReadonlyMap<PlantName, readonly string[]>,
): SelfTestResult {
  const isRight = (plant: PlantName): boolean => misses.get(plant)?.length === 0;
  const plants = [clean, ...faults];
  const width = Math.max(...plants.map(({ name }) => name.length));
  return {
    planted: faults.length,
    // A verifier that always raises an alarm finds every fault, too.
    found: isRight(clean) ? faults.filter(isRight).length : 0,
    lines: plants.map((plant) => {
      const verdict = plant === clean ? 'exact' : 'reported';
      const missed = misses.get(plant) ?? ['not checked'];
      return `${plant.name.padEnd(width)}  ${isRight(plant) ? `${verdict} ${where}` : `MISSED: ${missed.join('; ')}`}`;
    }),
  };
}
