import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureK6 } from '../../../../../../tools/k6/ensure-k6.ts';
import type { ExperimentContext, Findings } from '../../../experiments/experiment.ts';
import { localLoad } from '../../../load/run-k6.ts';
import { startStack } from '../../../stack/stack.ts';
import { judge } from '../judge.ts';
import { measureOrders, type OrdersResult } from '../load/measure-orders.ts';
import { API, ordersServices } from '../services.ts';
import { readCatalogue } from '../verify/witness/catalogue-file.ts';
import { localWitnesses } from '../verify/witness/witnesses.ts';
import {
  type BurstFigures,
  type Measurement,
  type RateFigures,
  renderMeasurement,
} from './render-measurement.ts';

/** What is measured. */
export interface MeasurementOptions {
  /** Orders placed at once, one run each. */
  readonly sizes: readonly number[];
  readonly stepMs: number;
  /** Orders/s under which timers are measured. */
  readonly rate: number;
  /** Orders/s under which the API is measured. */
  readonly postRate: number;
  /** Length of these two, s. */
  readonly seconds: number;
}

/** Most connections of a burst. */
const MAX_USERS = 1_000;
/** Faster or slower, the account decides. */
const NO_LIMITS = { P95_MS: '600000', P99_MS: '600000' };
/** Orders and nothing else. */
const ONLY_ORDERS = {
  CANCEL_PERCENT: '0',
  REPEAT_PERCENT: '0',
  BAD_PERCENT: '0',
  LOOK_PERCENT: '0',
  WATCHERS: '0',
};

/** Runs the shop, places orders at once and at two rates, and judges each run. */
export async function runMeasurement(
  options: MeasurementOptions,
  { servers, say, signal }: ExperimentContext,
): Promise<Findings> {
  const { addresses } = servers;
  const { stepMs, seconds } = options;
  const directory = await mkdtemp(join(tmpdir(), 'caudal-measure-orders-'));
  const mailboxFile = join(directory, 'mailbox.jsonl');
  const k6 = await ensureK6({ onProgress: say, signal });
  const stack = await startStack({
    addresses,
    services: ordersServices({ stepMs, mailboxFile }),
    stateDirectory: directory,
    onEvent: say,
    signal,
  });
  try {
    const catalogue = await readCatalogue(join(directory, 'catalogue.csv'));
    const place = async (
      name: string,
      scenario: string,
      variables: Readonly<Record<string, string>>,
    ): Promise<OrdersResult & { readonly isExact: boolean }> => {
      signal.throwIfAborted();
      say(`${name} …`);
      const result = await measureOrders({
        customer: { url: stack.url(API), fetch },
        witnesses: localWitnesses(addresses, mailboxFile),
        catalogue,
        stepMs,
        metricsUrls: stack.metricsUrls,
        startLoad: localLoad({
          k6,
          scenario,
          baseUrl: stack.url(API),
          variables: { ...ONLY_ORDERS, ...NO_LIMITS, ...variables },
          logFile: join(directory, `${name}.log`),
          accountFile: join(directory, `${name}.json`),
        }),
        signal,
        onProgress: () => undefined,
      });
      const { findings } = judge(result);
      for (const { kind, subject, detail, count } of findings)
        say(`${name}: ${kind} ${count} in ${subject}: ${detail}`);
      return { ...result, isExact: findings.length === 0 };
    };
    const atRate = async (rate: number): Promise<RateFigures> => {
      const { load, account, isExact } = await place(`${rate} orders a second`, 'orders-steady', {
        RATE: String(rate),
        DURATION: `${seconds}s`,
      });
      const { p50, p99 } = load.latencyMs;
      const { accepted } = load.orders;
      return { rate, accepted, postMs: { p50, p99 }, lateness: account.lateness, isExact };
    };

    // The first is cold: not counted.
    await place('a first order', 'orders-burst', { ORDERS: '1', USERS: '1' });
    const bursts: BurstFigures[] = [];
    for (const orders of options.sizes) {
      const { account, isExact } = await place(`${orders} orders at once`, 'orders-burst', {
        ORDERS: String(orders),
        USERS: String(Math.min(orders, MAX_USERS)),
      });
      bursts.push({ orders, finishedSeconds: account.spanSeconds, lateness: account.lateness, isExact });
    }
    const door = await atRate(options.postRate);
    const measurement: Measurement = { stepMs, bursts, door, timers: await atRate(options.rate) };
    return {
      passed: [...bursts, measurement.door, measurement.timers].every(({ isExact }) => isExact),
      figures: measurement,
      markdown: renderMeasurement(measurement),
    };
  } finally {
    await stack.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
