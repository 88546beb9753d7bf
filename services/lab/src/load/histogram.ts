/** Observations by the upper bound of their bucket (not cumulative); the last bound may be Infinity. */
export type Buckets = ReadonlyMap<number, number>;

/** Converts Prometheus' cumulative buckets to counts per bucket. */
export function fromCumulative(cumulative: Buckets): Map<number, number> {
  const counts = new Map<number, number>();
  let below = 0;
  for (const [bound, count] of [...cumulative].sort(([left], [right]) => left - right)) {
    counts.set(bound, Math.max(0, count - below));
    below = Math.max(below, count);
  }
  return counts;
}

/** Adds buckets of the same bounds. */
export function mergeBuckets(all: readonly Buckets[]): Map<number, number> {
  const merged = new Map<number, number>();
  for (const buckets of all) {
    for (const [bound, count] of buckets) merged.set(bound, (merged.get(bound) ?? 0) + count);
  }
  return merged;
}

/**
 * Estimates a quantile (0 to 1), interpolated within its bucket as Prometheus does. Observations above the last finite
 * bound count as that bound.
 * @returns null when there are no observations
 */
export function percentile(buckets: Buckets, quantile: number): number | null {
  const sorted = [...buckets].sort(([left], [right]) => left - right);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = quantile * total;
  let below = 0;
  let lower = 0;
  for (const [bound, count] of sorted) {
    if (count > 0 && below + count >= rank) {
      if (bound === Number.POSITIVE_INFINITY) return lower;
      return lower + ((bound - lower) * Math.max(0, rank - below)) / count;
    }
    below += count;
    if (bound !== Number.POSITIVE_INFINITY) lower = bound;
  }
  return lower;
}
