import type { LoadResult } from '../../../src/load/measure-load.ts';

/** The longest time, in seconds, in which a lane's store gained nothing while the load ran; by lane. */
export function longestPauses({ samples, load, account }: LoadResult): Readonly<Record<string, number>> {
  const under = samples.filter(({ atSeconds }) => atSeconds <= load.durationSeconds);
  return Object.fromEntries(
    account.lanes.map(({ lane }) => {
      let longest = 0;
      let last: { readonly at: number; readonly total: number } | undefined;
      for (const { atSeconds: at, lanes } of under) {
        const total = lanes[lane]?.total;
        if (total === undefined || total === null) continue;
        if (last !== undefined) longest = Math.max(longest, at - last.at);
        if (last === undefined || total > last.total) last = { at, total };
      }
      return [lane, Math.round(longest * 10) / 10];
    }),
  );
}
