import type { LoadResult } from '../../../src/workloads/messages/load/measure-load.ts';

/**
 * The longest time, in seconds, in which a lane's store gained nothing while the load ran; by lane. The time before the
 * first gain and after the last one counts: a lane that was never seen to gain anything paused for the whole load.
 */
export function longestPauses({
  samples,
  load,
  account,
}: {
  readonly samples: LoadResult['samples'];
  readonly load: Pick<LoadResult['load'], 'startedAt' | 'endedAt'>;
  readonly account: { readonly lanes: readonly { readonly lane: string }[] };
}): Readonly<Record<string, number>> {
  const startMs = Date.parse(load.startedAt);
  const endMs = Date.parse(load.endedAt);
  return Object.fromEntries(
    account.lanes.map(({ lane }) => {
      let longestMs = 0;
      let lastGainMs = startMs;
      let total: number | undefined;
      for (const { atMs, lanes } of samples) {
        const found = lanes[lane]?.total ?? undefined;
        if (found === undefined || atMs > endMs) continue;
        if (total !== undefined && found > total && atMs > startMs) {
          longestMs = Math.max(longestMs, atMs - lastGainMs);
          lastGainMs = atMs;
        }
        total = Math.max(total ?? found, found);
      }
      return [lane, Math.round(Math.max(longestMs, endMs - lastGainMs) / 100) / 10];
    }),
  );
}
