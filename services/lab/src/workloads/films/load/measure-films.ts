import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { METRICS } from '@caudal/common/metrics';
import type { FilmsAccount as LoadAccount } from '../../../../../../load-tests/lib/films/account.ts';
import type { Fetch } from '../../../load/fetch.ts';
import { type Increases, type MetricsUrls, MetricsWatch } from '../../../load/metrics-watch.ts';
import type { LoadRun } from '../../../load/run-k6.ts';
import type { FilmReads, FilmsAccount, KnownVersions } from '../verify/account.ts';
import { judgeFilms } from '../verify/judge-films.ts';
import { readLedger } from '../verify/ledger.ts';
import type { Oracle } from '../verify/oracle/oracle.ts';
import { knownVersions, type StoredVersions } from '../verify/read-versions.ts';

/** Reads at a moment of a load, since its start. */
export interface FilmsSample {
  readonly atSeconds: number;
  readonly requests: number;
  /** Reads that a server answered. */
  readonly byServer: Readonly<Record<string, number>>;
}

/** Result of a measured load of questions. */
export interface FilmsResult {
  readonly load: LoadAccount;
  readonly account: FilmsAccount;
  readonly reads: FilmReads;
  readonly versions: KnownVersions;
  /** Replicas that each have to answer their share; empty where that is not judged. */
  readonly sharing: readonly string[];
  /** Generated films; absent for those of the repository. */
  readonly films?: number;
  readonly samples: readonly FilmsSample[];
}

/** Options of {@link measureFilms}. */
export interface MeasureOptions {
  /** On the file that the films were imported from. */
  readonly oracle: Oracle;
  readonly films?: number | undefined;
  readonly sharing: readonly string[];
  readonly readVersions: () => Promise<StoredVersions>;
  /** `/metrics` of the API's processes; may change. */
  readonly metricsUrls: MetricsUrls;
  /** Default: `fetch`. */
  readonly fetchMetrics?: Fetch;
  readonly startLoad: (signal: AbortSignal | undefined) => Promise<LoadRun<LoadAccount>>;
  /** Ends the load early; the verdict still follows. */
  readonly signal?: AbortSignal | undefined;
  /** Called each second with a line for the terminal. */
  readonly onProgress: (line: string) => void;
  /** Called with each scrape of the services. */
  readonly onSample?: (increases: Increases) => void;
  /** Called when the load has started. */
  readonly onLoadStarted?: (run: LoadRun) => void;
  /** Default 1,000. */
  readonly sampleIntervalMs?: number;
}

/**
 * Sends a load of questions and compares each answer with what the file of the films says.
 * @throws ExpectedError when k6 wrote no account; the driver's error when the versions cannot be read
 */
export async function measureFilms(options: MeasureOptions): Promise<FilmsResult> {
  const { sampleIntervalMs = 1_000, films } = options;
  const before = await options.readVersions();
  const watch = new MetricsWatch(options.metricsUrls, options.fetchMetrics);
  await watch.scrape();
  const startedAt = Date.now();
  const run = await options.startLoad(options.signal);
  options.onLoadStarted?.(run);
  const sampling = new AbortController();
  const samples: FilmsSample[] = [];
  const takeSample = async (): Promise<void> => {
    const increases = await watch.scrape();
    options.onSample?.(increases);
    const { byServer } = readsOf(watch.total());
    const requests = watch.total().counter(METRICS.filmRequests.name);
    const sample = { atSeconds: (Date.now() - startedAt) / 1_000, requests, byServer };
    samples.push(sample);
    options.onProgress(progressLine(sample));
  };
  const sample = async (): Promise<void> => {
    while (!sampling.signal.aborted) {
      await takeSample();
      await sleep(sampleIntervalMs, undefined, { signal: sampling.signal }).catch(() => undefined);
    }
  };
  const sampler = sample();
  try {
    const load = await run.done;
    sampling.abort();
    await sampler;
    // What was counted since the last sample.
    await takeSample();
    const versions = knownVersions(before, await options.readVersions());
    const ledger = readLedger(await readFile(run.logFile, 'utf8'));
    const counted = load.queries.asked - load.queries.unanswered;
    options.onProgress(
      `comparing ${ledger.lines.length.toLocaleString('en-US')} answers with the file of the films …`,
    );
    return {
      load,
      account: judgeFilms({ ledger, counted, oracle: options.oracle, versions }),
      reads: readsOf(watch.total()),
      versions,
      sharing: options.sharing,
      ...(films !== undefined && { films }),
      samples,
    };
  } finally {
    sampling.abort();
    await sampler;
  }
}

/** Servers that reads may come from. */
const SERVER_NAMES = ['replica-1', 'replica-2', 'replica-3', 'replica-4', 'primary'];

function readsOf(total: Increases): FilmReads {
  const answered = SERVER_NAMES.map(
    (server) => [server, total.counter(METRICS.filmReads.name, { server, outcome: 'answered' })] as const,
  );
  return {
    byServer: Object.fromEntries(answered.filter(([, reads]) => reads > 0)),
    retries: total.counter(METRICS.filmRetries.name),
    lastResort: total.counter(METRICS.filmLastResort.name),
    cacheHits: total.counter(METRICS.filmCache.name, { outcome: 'hit' }),
  };
}

/** `12 s: 3,400 requests; reads: replica-1 51 %, replica-2 49 %` */
function progressLine({ atSeconds, requests, byServer }: FilmsSample): string {
  const begin = `${Math.round(atSeconds)} s: ${requests.toLocaleString('en-US')} requests`;
  const all = Object.values(byServer).reduce((sum, reads) => sum + reads, 0);
  const shares = Object.entries(byServer).map(
    ([server, reads]) => `${server} ${Math.round((100 * reads) / all)} %`,
  );
  return shares.length === 0 ? begin : `${begin}; reads: ${shares.join(', ')}`;
}
