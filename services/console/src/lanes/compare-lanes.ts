import type { LaneReport } from '@caudal/common/account';

/** Comparison of lanes: every lane gets every message of the countries that it takes, so drained lanes agree. */
export interface LaneComparison {
  /** True when all lanes answered, have no backlog, agree in every country that they take and hold no other. */
  readonly agree: boolean;
  /** Countries in which the lanes differ, with each lane's count. */
  readonly differences: readonly {
    readonly country: string;
    readonly byLane: Readonly<Record<string, number>>;
  }[];
  /** Stored messages by lane; null if the store did not answer. */
  readonly totals: Readonly<Record<string, number | null>>;
}

/** Compares the counts in the lanes' stores. */
export function compareLanes(reports: readonly LaneReport[]): LaneComparison {
  const known = reports.flatMap(({ lane, countries: taken, totals }) =>
    totals === null ? [] : [{ lane, taken, totals }],
  );
  const countries = [...new Set(known.flatMap(({ totals }) => Object.keys(totals.byCountry)))].sort();
  const differences = countries.flatMap((country) => {
    const counts = known.map(({ lane, taken, totals }) => ({
      lane,
      isTaken: taken === undefined || taken.includes(country),
      count: totals.byCountry[country] ?? 0,
    }));
    const shown = counts.filter(({ isTaken, count }) => isTaken || count > 0);
    const differ = new Set(shown.map(({ count }) => count)).size > 1 || shown.some(({ isTaken }) => !isTaken);
    return differ
      ? [{ country, byLane: Object.fromEntries(shown.map(({ lane, count }) => [lane, count])) }]
      : [];
  });
  const isDrained = reports.every(({ totals, backlog }) => totals !== null && backlog?.messages === 0);
  return {
    agree: isDrained && differences.length === 0,
    differences,
    totals: Object.fromEntries(reports.map(({ lane, totals }) => [lane, totals?.total ?? null])),
  };
}
