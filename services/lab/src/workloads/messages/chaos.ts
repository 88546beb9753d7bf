import { join } from 'node:path';
import { DEFAULT_NAMES, defaultLanes, type Lane, type SharedNames } from '@caudal/common/lanes';
import type { ServerAddresses } from '../../../../../tools/servers/servers.ts';
import type { ChaosLoad, ChaosWorkload } from '../../chaos/chaos-workload.ts';
import { loadVariables, REQUEST_TIMEOUT_SECONDS } from '../../chaos/load-variables.ts';
import { localLoad } from '../../load/run-k6.ts';
import type { Stack } from '../../stack/stack.ts';
import { breakableConnections, breakableServers, connectionOf, SERVICES, SIGNS } from './faults.ts';
import { createConsoleClient } from './load/console-client.ts';
import { type LoadResult, type MeasureOptions, measureLoad } from './load/measure-load.ts';
import { watchLanes } from './load/watch-lanes.ts';
import { progressLine } from './report/progress-line.ts';
import { CONSOLE, INGEST, messagesServices } from './services.ts';
import { type LaneStore, laneStoreOf } from './verify/lane-store.ts';

/** A pipeline to break. */
export interface MessagesChaosOptions {
  readonly addresses: ServerAddresses;
  /** Default: the default lanes. */
  readonly lanes?: readonly Lane[] | undefined;
  /** Names that the lanes were described with. Default: those of `npm start`. */
  readonly names?: SharedNames | undefined;
  /** Processes by set. Default: 1 of each. */
  readonly replicas?: Readonly<Record<string, number>> | undefined;
}

/** Seconds of load, or {@link MIN_CAUGHT_UP_BELOW} messages, below which a backlog counts as none. */
const CAUGHT_UP_SECONDS = 0.5;
const MIN_CAUGHT_UP_BELOW = 20;

/** The pipeline under chaos: a client that retries, and the account of every lane. */
export function messagesChaos(options: MessagesChaosOptions): ChaosWorkload<LoadResult> {
  const { addresses, names = DEFAULT_NAMES, replicas } = options;
  const lanes = options.lanes ?? defaultLanes(names);
  const storesOf = (): readonly LaneStore[] => lanes.map((lane) => laneStoreOf(lane, addresses, names));
  return {
    signs: SIGNS,
    servers: breakableServers(lanes),
    connections: breakableConnections(lanes, addresses),
    feltBy: ({ role }) => SERVICES[role],
    specs: (urls) =>
      messagesServices({
        lanes,
        names,
        replicas,
        storeUrls: Object.fromEntries(
          lanes.flatMap((lane) => {
            const url = urls[connectionOf(lane, lanes)];
            return url === undefined ? [] : [[lane.name, url]];
          }),
        ),
      }),
    load: (stack, load) => sendLoad(stack, load, storesOf),
    accepted: (run) => run.counter('messages_accepted'),
    failuresOf,
    watchFlow: (stack, { rate, isLoaded }) => {
      const client = createConsoleClient(stack.url(CONSOLE));
      return watchLanes({
        lanes: () => client.lanes(),
        caughtUpBelow: Math.max(MIN_CAUGHT_UP_BELOW, Math.ceil(rate * CAUGHT_UP_SECONDS)),
        isLoaded,
      });
    },
  };
}

function sendLoad(
  stack: Stack,
  options: ChaosLoad,
  storesOf: MeasureOptions['storesOf'],
): Promise<LoadResult> {
  return measureLoad({
    client: createConsoleClient(stack.url(CONSOLE)),
    metricsUrls: stack.metricsUrls,
    storesOf,
    sampleIntervalMs: 500,
    stalledAfterMs: 60_000,
    startLoad: localLoad({
      k6: options.k6,
      scenario: 'steady',
      baseUrl: stack.url(INGEST),
      variables: loadVariables(options),
      logFile: join(options.resultDirectory, 'k6.log'),
      accountFile: join(options.resultDirectory, 'account.json'),
    }),
    signal: options.signal,
    onProgress: (progress) => options.onProgress(progressLine(progress)),
    onSample: (_sample, increases) => options.onSample(increases),
    onLoadStarted: options.onStarted,
  });
}

/** Why a run proves nothing, or what its account found. */
export function failuresOf(
  result: Pick<LoadResult, 'account' | 'notDrained' | 'rows'> & {
    readonly load: { readonly messages: { readonly accepted: number; readonly unknown: number } };
  },
  { messages, rate }: Pick<ChaosLoad, 'messages' | 'rate'>,
): readonly string[] {
  const { account, notDrained, rows } = result;
  const failures: string[] = [];
  const { accepted, unknown } = result.load.messages;
  const found = account.findings.map(({ lane, kind, count }) => `${lane} ${kind} ${count}`).join(', ');
  if (!account.exact) failures.push(`the account is not exact: ${found}`);
  // There is no other sender, so a message of "another sender" is from this run, stored under a second identity.
  else if (found !== '') failures.push(`the account has findings: ${found}`);
  for (const { subject, kind, detail } of rows?.findings ?? [])
    failures.push(`the rows of ${subject} are not right: ${kind}, ${detail}`);
  if (notDrained !== undefined) failures.push(`the lanes did not drain: ${notDrained}`);
  if (accepted < messages) {
    failures.push(`only ${accepted} of ${messages} messages were accepted: post fewer with --messages`);
  }
  // Those of requests in flight when the load ended.
  const maxUnknown = rate * REQUEST_TIMEOUT_SECONDS;
  if (unknown > maxUnknown) {
    failures.push(
      `${unknown} messages got no answer; at most ${maxUnknown} can have been in flight at the end`,
    );
  }
  return failures;
}
