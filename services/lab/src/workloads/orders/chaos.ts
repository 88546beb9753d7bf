import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OrdersAccount as LoadAccount } from '../../../../../load-tests/lib/orders/account.ts';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import type { ChaosLoad, ChaosWorkload } from '../../chaos/chaos-workload.ts';
import { loadVariables, REQUEST_TIMEOUT_SECONDS } from '../../chaos/load-variables.ts';
import { localLoad } from '../../load/run-k6.ts';
import type { Stack } from '../../stack/stack.ts';
import {
  BREAKABLE_SERVERS,
  breakableConnections,
  connectionOf,
  feltBy,
  MISBEHAVIOURS,
  SIGNS,
} from './faults.ts';
import { judge } from './judge.ts';
import { measureOrders, type OrdersResult } from './load/measure-orders.ts';
import { API, ordersServices } from './services.ts';
import { readCatalogue } from './verify/witness/catalogue-file.ts';
import { localWitnesses } from './verify/witness/witnesses.ts';
import { readFlow, watchOrders } from './watch-orders.ts';

/** A shop to break. */
export interface OrdersChaosOptions {
  readonly addresses: ServerAddresses;
  /** Directory for the files of the mailbox, which is emptied, and of the catalogue. */
  readonly directory: string;
  /** Least time in each state, ms. */
  readonly stepMs: number;
  /** Processes by service. */
  readonly replicas: Readonly<Record<string, number>>;
}

/** Seconds of mails, or {@link MIN_CAUGHT_UP_BELOW} states, below which what is late counts as nothing. */
const CAUGHT_UP_SECONDS = 0.5;
const MIN_CAUGHT_UP_BELOW = 20;
const MAILS_PER_ORDER = 4;
/** Customers who follow their orders. */
const WATCHERS = 5;

/** The shop under chaos: a load that retries, cancels and watches, and four witnesses. */
export function ordersChaos(options: OrdersChaosOptions): ChaosWorkload<OrdersResult> {
  const { addresses, directory, stepMs, replicas } = options;
  const mailboxFile = join(directory, 'mailbox.jsonl');
  return {
    signs: SIGNS,
    servers: BREAKABLE_SERVERS,
    connections: breakableConnections(addresses),
    misbehaviours: MISBEHAVIOURS,
    feltBy,
    specs(urls) {
      rmSync(mailboxFile, { force: true });
      return ordersServices({
        stepMs,
        replicas,
        mailboxFile,
        dial: 'on',
        databaseUrls: {
          api: urls[connectionOf('api')],
          processor: urls[connectionOf('processor')],
          notifier: urls[connectionOf('notifier')],
        },
      });
    },
    load: (stack, load) => sendLoad(stack, load, options, mailboxFile),
    accepted: (run) => run.counter('orders_accepted'),
    failuresOf,
    watchFlow: (_stack, { rate, isLoaded }) =>
      watchOrders({
        read: () => readFlow(addresses.postgresql.url),
        caughtUpBelow: Math.max(MIN_CAUGHT_UP_BELOW, Math.ceil(rate * MAILS_PER_ORDER * CAUGHT_UP_SECONDS)),
        isLoaded,
      }),
  };
}

async function sendLoad(
  stack: Stack,
  load: ChaosLoad,
  { addresses, directory, stepMs }: OrdersChaosOptions,
  mailboxFile: string,
): Promise<OrdersResult> {
  return measureOrders({
    customer: { url: stack.url(API), fetch },
    witnesses: localWitnesses(addresses, mailboxFile),
    catalogue: await readCatalogue(join(directory, 'catalogue.csv')),
    stepMs,
    metricsUrls: stack.metricsUrls,
    sampleIntervalMs: 500,
    stalledAfterMs: 60_000,
    startLoad: (signal) =>
      localLoad({
        k6: load.k6,
        scenario: 'orders-steady',
        baseUrl: stack.url(API),
        variables: { ...loadVariables(load), WATCHERS: String(WATCHERS) },
        logFile: join(load.resultDirectory, 'k6.log'),
        accountFile: join(load.resultDirectory, 'account.json'),
      })<LoadAccount>(signal),
    signal: load.signal,
    onProgress: load.onProgress,
    onSample: load.onSample,
    onLoadStarted: load.onStarted,
  });
}

/** Why a run proves nothing, or what its verdict found. */
export function failuresOf(
  result: Pick<OrdersResult, 'account' | 'load' | 'notSettled'>,
  { messages, rate }: Pick<ChaosLoad, 'messages' | 'rate'>,
): readonly string[] {
  const { orders, bad, looks } = result.load;
  const failures = judge(result).findings.map(
    ({ kind, subject, count, detail, examples }) =>
      `${kind} ${count} in ${subject}: ${detail} (${examples.join(', ')})`,
  );
  if (bad.accepted > 0) failures.push(`${bad.accepted} orders were accepted that had to be refused`);
  if (orders.refused > 0) failures.push(`${orders.refused} orders were refused`);
  if (looks.watchedToEnd === 0) failures.push('no customer saw an order to its end');
  if (orders.accepted < messages) {
    failures.push(`only ${orders.accepted} of ${messages} orders were accepted: post fewer with --orders`);
  }
  // Those of requests in flight when the load ended.
  const maxUnknown = rate * REQUEST_TIMEOUT_SECONDS + WATCHERS;
  if (orders.unknown > maxUnknown) {
    failures.push(
      `${orders.unknown} orders got no answer; at most ${maxUnknown} can have been in flight at the end`,
    );
  }
  return failures;
}
