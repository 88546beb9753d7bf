import type { Account } from '@caudal/common/account';
import { METRICS } from '@caudal/common/metrics';
import { ExpectedError } from '../../../cli/run-command-line.ts';
import type { Fetch } from '../../../load/fetch.ts';
import { percentile } from '../../../load/histogram.ts';
import { type Increases, type MetricsUrls, MetricsWatch } from '../../../load/metrics-watch.ts';
import type { LoadAccount, LoadRun } from '../../../load/run-k6.ts';
import type { LaneStore } from '../verify/lane-store.ts';
import { type Ledger, ledgerOf } from '../verify/ledger.ts';
import { type RowVerdict, verifyLaneRows } from '../verify/rows/verify-rows.ts';
import { keepsRows } from '../verify/rows/with-rows.ts';
import { type AccountRequest, type ConsoleClient, totalsOf } from './console-client.ts';
import { onceAvailable } from './once-available.ts';
import { type RunSample, startSampler } from './sampler.ts';
import { waitForDrain } from './wait-for-drain.ts';

/** End-to-end latency of a lane over a run, seconds. */
export interface LaneLatency {
  readonly messages: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Result of a measured run. */
export interface LoadResult {
  readonly load: LoadAccount;
  /** Input of the account; `verify` compares it again. */
  readonly request: AccountRequest;
  readonly account: Account;
  /** Why waiting for the drain ended early; absent when all lanes drained. */
  readonly notDrained?: string;
  /** What the rows show of lanes whose store keeps any; absent where none was read. */
  readonly rows?: RowVerdict;
  readonly latencyByLane: Readonly<Record<string, LaneLatency>>;
  /** Messages per second: accepted by ingest, and stored by lane from the start of the load to its last message. */
  readonly acceptedPerSecond: number;
  readonly storedPerSecondByLane: Readonly<Record<string, number | null>>;
  readonly samples: readonly RunSample[];
  /** Counters of the services over the run. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Options of {@link measureLoad}. */
export interface MeasureOptions {
  readonly client: ConsoleClient;
  /** `/metrics` of ingest-api and consumers; may change. */
  readonly metricsUrls: MetricsUrls;
  /** Reads those pages. Default: `fetch`. */
  readonly fetchMetrics?: Fetch;
  readonly startLoad: (signal: AbortSignal | undefined) => Promise<LoadRun<LoadAccount>>;
  /**
   * Stores of these lanes, where this machine reaches them: the rows of those that keep rows are read when the account is done.
   * Default: none.
   */
  readonly storesOf?: ((lanes: readonly string[]) => readonly LaneStore[]) | undefined;
  /** Ends the load early; the account still follows. */
  readonly signal?: AbortSignal | undefined;
  /** Called each second with the run's progress. */
  readonly onProgress: (progress: Progress) => void;
  /** Called with each sample. */
  readonly onSample?: (sample: RunSample, increases: Increases) => void;
  /** Called when the load has started. */
  readonly onLoadStarted?: (run: LoadRun) => void;
  readonly sampleIntervalMs?: number;
  /** Stops waiting for the stores after this time without progress, ms. */
  readonly stalledAfterMs?: number;
}

/** Progress of a run. */
export interface Progress {
  readonly phase: 'load' | 'drain';
  readonly atSeconds: number;
  readonly accepted: number;
  /** Stored since the start of the run, by lane; null if unknown. */
  readonly storedByLane: Readonly<Record<string, number | null>>;
}

const BEFORE_DEADLINE_MS = 120_000;
const DRAIN_DEADLINE_MS = 900_000;

/**
 * Runs a load, waits until all lanes have stored it, and compares the account.
 * @throws ExpectedError when the lanes are not ready for a run, or k6 wrote no account.
 */
export async function measureLoad(options: MeasureOptions): Promise<LoadResult> {
  const { client, onProgress } = options;
  const stalledAfterMs = options.stalledAfterMs ?? 45_000;
  const quiet = await waitForDrain({
    client,
    stillForMs: 400,
    stalledAfterMs,
    deadlineMs: BEFORE_DEADLINE_MS,
    signal: options.signal,
  });
  if (!quiet.drained) throw new ExpectedError(`lanes are not ready for a load: ${quiet.reason}`);
  const before = await onceAvailable(async () => totalsOf(await client.lanes({ identities: true })), {
    timeoutMs: stalledAfterMs,
    signal: options.signal,
  });
  const watch = new MetricsWatch(options.metricsUrls, options.fetchMetrics);
  await watch.scrape();
  const startedAt = Date.now();
  const run = await options.startLoad(options.signal);
  options.onLoadStarted?.(run);

  let phase: Progress['phase'] = 'load';
  let accepted = 0;
  const report = async (lanes: Readonly<Record<string, number | null>>): Promise<void> => {
    if (phase === 'load') {
      const counted = watch.total().counter(METRICS.ingestMessages.name, { outcome: 'accepted' });
      accepted = Math.max(accepted, counted, await run.counter('messages_accepted'));
    }
    onProgress({
      phase,
      atSeconds: (Date.now() - startedAt) / 1_000,
      accepted,
      storedByLane: Object.fromEntries(
        Object.entries(lanes).map(([lane, total]) => [
          lane,
          total === null ? null : total - (before[lane]?.total ?? 0),
        ]),
      ),
    });
  };
  const sampler = startSampler({
    client,
    watch,
    intervalMs: options.sampleIntervalMs ?? 1_000,
    onSample: (sample, increases) => {
      options.onSample?.(sample, increases);
      void report(Object.fromEntries(Object.entries(sample.lanes).map(([lane, { total }]) => [lane, total])));
    },
  });
  try {
    const load = await run.done;
    phase = 'drain';
    accepted = load.messages.accepted;
    const request: AccountRequest = { ...outcomesOf(load), before };
    const drain = await waitForDrain({
      client,
      expected: request,
      // Messages of unknown outcome may leave a broker's queue after the others.
      stillForMs: load.messages.unknown > 0 ? 3_000 : 1_000,
      stalledAfterMs,
      deadlineMs: DRAIN_DEADLINE_MS,
    });
    await sampler.stop();
    const account = await onceAvailable(() => client.compare(request), { timeoutMs: stalledAfterMs });
    const rows = await readRows(account, ledgerOf(load, run.logFile), options.storesOf);
    const total = watch.total();
    return {
      load,
      request,
      // Messages in flight may still change the counts.
      account: drain.drained ? account : { ...account, exact: false },
      ...(drain.reason !== undefined && { notDrained: drain.reason }),
      ...(rows !== undefined && { rows }),
      latencyByLane: Object.fromEntries(account.lanes.map(({ lane }) => [lane, latencyOf(total, lane)])),
      acceptedPerSecond: load.messages.accepted / load.durationSeconds,
      storedPerSecondByLane: Object.fromEntries(
        account.lanes.map(({ lane, stored }) => {
          const endedAt = Math.max(drain.lastChangeAt[lane] ?? 0, Date.parse(load.startedAt) + 1);
          const seconds = Math.max((endedAt - Date.parse(load.startedAt)) / 1_000, load.durationSeconds);
          return [lane, stored / seconds];
        }),
      ),
      samples: sampler.samples,
      counters: countersOf(total),
    };
  } finally {
    await sampler.stop();
  }
}

async function readRows(
  account: Account,
  ledger: Ledger,
  storesOf: MeasureOptions['storesOf'],
): Promise<RowVerdict | undefined> {
  const stores = storesOf?.(account.lanes.map(({ lane }) => lane)).filter(({ url }) => keepsRows(url)) ?? [];
  return stores.length === 0 ? undefined : verifyLaneRows(stores, account, ledger);
}

/** Accepted and unknown messages by country. */
export function outcomesOf({ perCountry }: Pick<LoadAccount, 'perCountry'>): Omit<AccountRequest, 'before'> {
  const pick = (outcome: 'accepted' | 'unknown') =>
    Object.fromEntries(
      Object.entries(perCountry).flatMap(([country, counts]) =>
        counts[outcome] > 0 ? [[country, counts[outcome]]] : [],
      ),
    );
  return { accepted: pick('accepted'), unknown: pick('unknown') };
}

function latencyOf(total: Increases, lane: string): LaneLatency {
  const buckets = total.buckets(METRICS.endToEndSeconds.name, { lane });
  return {
    messages: [...buckets.values()].reduce((sum, count) => sum + count, 0),
    p50: percentile(buckets, 0.5),
    p95: percentile(buckets, 0.95),
    p99: percentile(buckets, 0.99),
  };
}

function countersOf(total: Increases): Record<string, number> {
  const names = [METRICS.redeliveries, METRICS.duplicates, METRICS.storeRetries, METRICS.deadLetters];
  return Object.fromEntries(names.map(({ name }) => [name, total.counter(name)]));
}
