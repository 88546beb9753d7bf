import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { METRICS } from '@caudal/common/metrics';
import type { OrdersAccount as LoadAccount } from '../../../../../../load-tests/lib/orders/account.ts';
import type { Fetch } from '../../../load/fetch.ts';
import { type Increases, type MetricsUrls, MetricsWatch } from '../../../load/metrics-watch.ts';
import type { LoadRun } from '../../../load/run-k6.ts';
import type { OrdersAccount } from '../verify/account.ts';
import type { CatalogueFile } from '../verify/evidence.ts';
import { judgeOrders } from '../verify/judge-orders.ts';
import { readLedger } from '../verify/ledger.ts';
import { type Progress, withDatabase } from '../verify/witness/read-database.ts';
import { type Baseline, readBaseline, readEvidence, type Witnesses } from '../verify/witness/witnesses.ts';
import { askForOrders, type Customer, watchFirstOrder } from './ask-api.ts';
import { waitUntilSettled } from './wait-until-settled.ts';

/** How far the shop was at a moment of a load. */
export interface OrdersSample extends Pick<Progress, 'orders' | 'byState' | 'outbox' | 'mails'> {
  /** Since the start of the load. */
  readonly atSeconds: number;
}

/** Result of a measured load of orders. */
export interface OrdersResult {
  readonly load: LoadAccount;
  readonly account: OrdersAccount;
  /** What was there before it; `verify` judges from there again. */
  readonly since: Baseline;
  /** Least time in each state, ms. */
  readonly stepMs: number;
  /** Why waiting for the shop ended early; absent when everything was settled. */
  readonly notSettled?: string;
  readonly samples: readonly OrdersSample[];
  /** Counters of the services over the load. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Options of {@link measureOrders}. */
export interface MeasureOptions {
  readonly customer: Customer;
  readonly witnesses: Witnesses;
  readonly catalogue: CatalogueFile;
  readonly stepMs: number;
  /** `/metrics` of the services; may change. */
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
  /** Stops waiting after this time without progress, ms; at least three states. Default 45,000. */
  readonly stalledAfterMs?: number;
}

const PROGRESS_TIMEOUT_MS = 3_000;

/**
 * Sends a load of orders, waits until all of them have reached their end and their mails were sent, and judges what is there.
 * @throws ExpectedError when k6 wrote no account; the driver's error when a witness cannot be read
 */
export async function measureOrders(options: MeasureOptions): Promise<OrdersResult> {
  const { witnesses, stepMs, customer } = options;
  const { sampleIntervalMs = 1_000, stalledAfterMs = 45_000 } = options;
  const since = await readBaseline(witnesses);
  const watch = new MetricsWatch(options.metricsUrls, options.fetchMetrics);
  await watch.scrape();
  const readProgress = (): Promise<Progress> =>
    withDatabase(witnesses.databaseUrl, (database) => database.progress(since.number), PROGRESS_TIMEOUT_MS);
  const startedAt = Date.now();
  const run = await options.startLoad(options.signal);
  options.onLoadStarted?.(run);
  const sampling = new AbortController();
  const samples: OrdersSample[] = [];
  let accepted = 0;
  const sample = async (): Promise<void> => {
    while (!sampling.signal.aborted) {
      const increases = await watch.scrape();
      options.onSample?.(increases);
      accepted = Math.max(accepted, watch.total().counter(METRICS.orders.name, { outcome: 'accepted' }));
      const progress = await readProgress().catch(() => undefined);
      const atSeconds = (Date.now() - startedAt) / 1_000;
      if (progress !== undefined) {
        const { orders, byState, outbox, mails } = progress;
        samples.push({ atSeconds, orders, byState, outbox, mails });
      }
      options.onProgress(progressLine(atSeconds, accepted, progress));
      await sleep(sampleIntervalMs, undefined, { signal: sampling.signal }).catch(() => undefined);
    }
  };
  const sampler = sample();
  const endFirstOrder = watchFirstOrder(customer, sampleIntervalMs);
  try {
    const load = await run.done;
    accepted = load.orders.accepted;
    const notSettled = await waitUntilSettled({
      read: readProgress,
      accepted,
      stalledAfterMs: Math.max(stalledAfterMs, 3 * stepMs),
      stillForMs: load.orders.unknown > 0 ? 3_000 : 1_000,
    });
    sampling.abort();
    await sampler;
    const first = await endFirstOrder();
    const evidence = await readEvidence(witnesses, since);
    const wrongAnswers = [...first, ...(await askForOrders(customer, evidence.orders))];
    const ledger = readLedger(await readFile(run.logFile, 'utf8'));
    const account = judgeOrders({
      ledger,
      catalogue: options.catalogue,
      evidence: { ...evidence, wrongAnswers },
      stepMs,
    });
    return {
      load,
      account,
      since,
      stepMs,
      ...(notSettled !== undefined && { notSettled }),
      samples,
      counters: countersOf(watch.total()),
    };
  } finally {
    sampling.abort();
    await Promise.all([sampler, endFirstOrder()]);
  }
}

/** `12 s: 1,000 accepted; received 20, preparing 180, delivering 300, finished 500; mails 2,400 sent, 80 waiting` */
function progressLine(atSeconds: number, accepted: number, progress: Progress | undefined): string {
  const count = (n: number | undefined): string => (n ?? 0).toLocaleString('en-US');
  const begin = `${Math.round(atSeconds)} s: ${count(accepted)} accepted`;
  if (progress === undefined) return `${begin}; the database does not answer`;
  const { byState, mails } = progress;
  const cancelled = byState[5] === undefined ? '' : `, cancelled ${count(byState[5])}`;
  const states = ['received', 'preparing', 'delivering', 'finished'].map(
    (name, index) => `${name} ${count(byState[index + 1])}`,
  );
  return `${begin}; ${states.join(', ')}${cancelled}; mails ${count(mails.sent)} sent, ${count(mails.waiting)} waiting`;
}

function countersOf(total: Increases): Record<string, number> {
  const names = [
    METRICS.ordersTakenIn,
    METRICS.orderDuplicates,
    METRICS.orderRedeliveries,
    METRICS.orderDatabaseRetries,
    METRICS.orderDeadLetters,
  ];
  return Object.fromEntries(names.map(({ name }) => [name, total.counter(name)]));
}
