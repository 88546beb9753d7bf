import { STATE_DIRECTORY } from '../../cli/paths.ts';
import type { Site } from '../../load/site.ts';
import type { Workload } from '../workload.ts';
import { chaosLine } from './commands/chaos.ts';
import { clusterLine } from './commands/cluster.ts';
import { LOAD } from './commands/load.ts';
import { startLine } from './commands/start.ts';
import { VERIFY } from './commands/verify.ts';
import { judgeMessages } from './judge.ts';
import type { LaneSystem } from './lane-system.ts';
import { readLanes } from './lanes.ts';
import { createConsoleClient } from './load/console-client.ts';
import { saveLastLoad } from './load/last-load.ts';
import { type LoadResult, measureLoad } from './load/measure-load.ts';
import { progressLine } from './report/progress-line.ts';
import { runReport } from './report/run-report.ts';
import { runSummary } from './report/summary.ts';
import { CONSOLE, messagesServices, replicasOf } from './services.ts';
import { type LaneStore, laneStoreOf } from './verify/lane-store.ts';

/** What every system of lanes has in common: how it is run, loaded, judged, reported on and broken. */
export function laneWorkload(
  system: LaneSystem,
): Omit<Workload<LoadResult>, 'name' | 'promise' | 'bench' | 'plants' | 'mutants'> {
  return {
    start: startLine(system),
    load: LOAD,
    scalable: Object.keys(replicasOf(messagesServices({ lanes: system.lanes }))),
    verify: VERIFY,
    chaos: chaosLine(system),
    cluster: clusterLine(system),
    report: {
      summary: runSummary,
      files(run) {
        const { markdown, chart } = runReport(run);
        return { 'report.md': markdown, 'chart.svg': chart };
      },
    },
    measure: ({ site, startLoad, signal, onProgress }) =>
      measureLoad({
        client: createConsoleClient(site.url(CONSOLE), site.fetch),
        metricsUrls: site.metricsUrls,
        fetchMetrics: site.fetch,
        storesOf: (lanes) => storesAt(site, lanes),
        startLoad,
        signal,
        onProgress: (progress) => onProgress(progressLine(progress)),
      }),
    judge: judgeMessages,
    remember: (id, { load, request }) =>
      saveLastLoad(STATE_DIRECTORY, { id, startedAt: load.startedAt, ...request }),
  };
}

/** Stores of lanes on servers of this machine. */
function storesAt({ addresses }: Site, lanes: readonly string[]): readonly LaneStore[] {
  if (addresses === undefined || lanes.length === 0) return [];
  return readLanes(lanes.join(',')).map((lane) => laneStoreOf(lane, addresses));
}
