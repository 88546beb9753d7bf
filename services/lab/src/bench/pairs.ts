/** Rates measured alternately, A B A B …, with the ratio of each pair: machine speed drifts equally for both. */
export interface PairResult {
  readonly ours: readonly number[];
  readonly reference: readonly number[];
  /** ours ÷ reference, pair by pair. */
  readonly ratios: readonly number[];
}

/** Runs `pairs` pairs after a warm-up pair, alternating the order within a pair. */
export async function runPairs(
  pairs: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<PairResult> {
  const result = { ours: [] as number[], reference: [] as number[], ratios: [] as number[] };
  for (let pair = 0; pair <= pairs; pair += 1) {
    const first = pair % 2 === 0 ? ours : reference;
    const a = await first();
    const b = await (first === ours ? reference : ours)();
    const [own, other] = first === ours ? [a, b] : [b, a];
    if (pair === 0) continue;
    result.ours.push(own);
    result.reference.push(other);
    result.ratios.push(own / other);
  }
  return result;
}

/** Median; the mean of the two middle values for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
