import type { LaneReport } from '@caudal/common/account';

/** Comparison of lanes: every lane gets every message, so drained lanes agree. */
export interface LaneComparison {
  /** True when all lanes answered, have no backlog and agree in every country. */
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
  const known = reports.flatMap(({ lane, totals }) => (totals === null ? [] : [{ lane, totals }]));
  const countries = [...new Set(known.flatMap(({ totals }) => Object.keys(totals.byCountry)))].sort();
  const differences = countries.flatMap((country) => {
    const byLane = Object.fromEntries(
      known.map(({ lane, totals }) => [lane, totals.byCountry[country] ?? 0]),
    );
    return new Set(Object.values(byLane)).size > 1 ? [{ country, byLane }] : [];
  });
  const isDrained = reports.every(({ totals, backlog }) => totals !== null && backlog?.messages === 0);
  return {
    agree: isDrained && differences.length === 0,
    differences,
    totals: Object.fromEntries(reports.map(({ lane, totals }) => [lane, totals?.total ?? null])),
  };
}
