import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultyProxy, startFaultyProxy } from '../../../../tools/lib/faulty-proxy.ts';
import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import type { ServerName, Servers } from '../../../../tools/servers/servers.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import { createConsoleClient } from '../load/console-client.ts';
import { type LoadResult, measureLoad, type Progress } from '../load/measure-load.ts';
import { type LoadRun, localLoad } from '../load/run-k6.ts';
import { LANES, type Names, storeUrl } from '../stack/service-environment.ts';
import { type ServiceSet, type Stack, startStack } from '../stack/stack.ts';
import { describeEvidence, type Evidence, hasBitten } from './evidence.ts';
import { createEvidenceCollector, type EvidenceCollector, evidenceSince } from './evidence-collector.ts';
import { injectFault } from './inject-fault.ts';
import { type ChaosVerdict, type FaultOutcome, judgeChaos } from './judge-chaos.ts';
import { expectedMs, type PlannedFault, planFaults } from './plan-faults.ts';
import { waitForRecovery } from './wait-for-recovery.ts';

/** Options of a chaos run. */
export interface ChaosOptions {
  readonly servers: Servers;
  readonly k6: string;
  readonly seed: string;
  readonly messages: number;
  readonly kills: number;
  readonly stops: number;
  readonly networkFaults: number;
  readonly stopMs: number;
  /** Stretches the load on a slow machine. */
  readonly pace: number;
  /** Time for every lane to catch up after a fault is over, ms. Default: 15 000. */
  readonly maxRecoveryMs?: number;
  readonly replicas: Readonly<Record<ServiceSet, number>>;
  /** Services, servers and stores to break. Default: all. */
  readonly targets?: readonly string[] | undefined;
  readonly names?: Names;
  readonly stateDirectory: string;
  readonly resultDirectory: string;
  readonly onEvent: (line: string) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** Result of a chaos run. */
export interface ChaosResult {
  readonly result: LoadResult;
  readonly outcomes: readonly FaultOutcome[];
  readonly verdict: ChaosVerdict;
}

const MAX_RECOVERY_MS = 15_000;
/** Maximum time to watch a slower recovery, to report its duration, ms. */
const RECOVERY_TIMEOUT_MS = 60_000;
/** Seconds of load, or {@link MIN_CAUGHT_UP_BELOW} messages, below which a backlog counts as none. */
const CAUGHT_UP_SECONDS = 0.5;
const MIN_CAUGHT_UP_BELOW = 20;
const REQUEST_TIMEOUT_SECONDS = 4;
const EVIDENCE_TIMEOUT_MS = 8_000;
export const BROKEN_SERVERS: readonly ServerName[] = ['rabbitmq', 'kafka', 'valkey', 'redis'];
/** Additional load after the expected end of the last fault. */
const MARGIN = 1.2;

/** Injects every fault under load from a client that retries, then compares the account. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { servers, signal } = options;
  const proxies = new Map<string, FaultyProxy>();
  let stack: Stack | undefined;
  try {
    const consumerStoreUrls: Partial<Record<'valkey' | 'redis', string>> = {};
    for (const { store } of LANES) {
      const url = new URL(storeUrl(servers.addresses, store));
      const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
      proxies.set(store, proxy);
      url.port = String(proxy.port);
      consumerStoreUrls[store] = url.href;
    }
    stack = await startStack({
      addresses: servers.addresses,
      ...(options.names !== undefined && { names: options.names }),
      replicas: options.replicas,
      stateDirectory: options.stateDirectory,
      consumerStoreUrls,
      onEvent: () => undefined,
      signal,
    });
    return await breakUnderLoad(options, stack, proxies);
  } finally {
    await stack?.stop();
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  }
}

async function breakUnderLoad(
  options: ChaosOptions,
  stack: Stack,
  proxies: ReadonlyMap<string, FaultyProxy>,
): Promise<ChaosResult> {
  const { servers, stopMs, signal } = options;
  const isTarget = (name: string): boolean => options.targets?.includes(name) ?? true;
  const services = [...stack.processes().keys()].filter((name) => name !== 'console').sort();
  const unknown = options.targets?.filter((name) => ![...services, ...BROKEN_SERVERS].includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new ExpectedError(
      `--targets: unknown ${unknown.join(', ')}; use ${[...services, ...BROKEN_SERVERS].join(', ')}`,
    );
  }
  const plan = planFaults({
    seed: options.seed,
    services: services.filter(isTarget),
    servers: BROKEN_SERVERS.filter(isTarget),
    proxied: [...proxies.keys()].filter(isTarget),
    kills: options.kills,
    stops: options.stops,
    networkFaults: options.networkFaults,
  });
  const seconds = Math.ceil(
    (plan.reduce((sum, fault) => sum + expectedMs(fault, stopMs), 0) / 1_000) * MARGIN * options.pace,
  );
  const rate = Math.max(1, Math.ceil(options.messages / seconds));
  const client = createConsoleClient(stack.consoleUrl);
  let k6: LoadRun | undefined;
  let clientRetries = 0;
  const collector = createEvidenceCollector(async () => {
    // k6 counts up and reports 0 after it ended.
    clientRetries = Math.max(clientRetries, (await k6?.counter('request_retries')) ?? 0);
    const heldBack = [...proxies.values()].reduce((sum, proxy) => sum + proxy.repliesHeldBack, 0);
    return { clientRetries, requestsCutOff: stack.requestsCutOff(), repliesHeldBack: heldBack };
  });
  const outcomes: FaultOutcome[] = [];
  let faults: Promise<void> = Promise.resolve();
  options.onEvent(`${plan.length} faults, ${rate} messages/s for about ${Math.ceil(seconds / 60)} minutes`);
  const result = await measureLoad({
    client,
    metricsUrls: stack.metricsUrls,
    sampleIntervalMs: 500,
    stalledAfterMs: 60_000,
    startLoad: localLoad({
      k6: options.k6,
      scenario: 'steady',
      baseUrl: stack.baseUrl,
      variables: {
        RATE: String(rate),
        // Slightly longer than needed: arrivals are dropped while too many requests wait.
        DURATION: `${Math.ceil((options.messages / rate) * 1.05)}s`,
        // Number of requests that wait when nothing is answered for 30 s.
        USERS: String(Math.max(50, rate * 30)),
        SEED: options.seed,
        REQUEST_TIMEOUT: `${REQUEST_TIMEOUT_SECONDS}s`,
        RETRY_FOR_SECONDS: '300',
        // Faults make requests slow on purpose; the account decides.
        P95_MS: '600000',
        P99_MS: '600000',
        MAX_UNKNOWN: String(options.messages),
        MAX_DROPPED: String(options.messages),
      },
      logFile: join(options.resultDirectory, 'k6.log'),
      accountFile: join(options.resultDirectory, 'account.json'),
    }),
    signal,
    onProgress: options.onProgress,
    onSample: (_sample, increases) => collector.add(increases),
    onLoadStarted: (run) => {
      k6 = run;
      let loaded = true;
      run.done.finally(() => (loaded = false)).catch(() => undefined);
      faults = runFaults(plan, {
        hasBegun: async () => (await run.counter('messages_accepted')) > 0,
        ...options,
        stack,
        servers,
        proxies,
        client,
        collector,
        caughtUpBelow: Math.max(MIN_CAUGHT_UP_BELOW, Math.ceil(rate * CAUGHT_UP_SECONDS)),
        outcomes,
        isLoaded: () => loaded,
      });
      // Awaited below; the rejection must not be unhandled until then.
      faults.catch(() => undefined);
    },
  });
  await faults;
  const verdict = judgeChaos(outcomes, result, {
    faults: plan.length,
    messages: options.messages,
    maxUnknown: rate * REQUEST_TIMEOUT_SECONDS,
    maxRecoveryMs: options.maxRecoveryMs ?? MAX_RECOVERY_MS,
  });
  return { result, outcomes, verdict };
}

interface FaultContext extends ChaosOptions {
  readonly stack: Stack;
  readonly proxies: ReadonlyMap<string, FaultyProxy>;
  readonly client: ReturnType<typeof createConsoleClient>;
  readonly collector: EvidenceCollector;
  readonly caughtUpBelow: number;
  readonly outcomes: FaultOutcome[];
  /** Whether the first message has been accepted: k6 needs a moment to start. */
  readonly hasBegun: () => Promise<boolean>;
  /** Whether messages are still being posted. */
  readonly isLoaded: () => boolean;
}

async function runFaults(plan: readonly PlannedFault[], context: FaultContext): Promise<void> {
  const { stack, client, collector, outcomes, isLoaded, signal, onEvent } = context;
  await waitUntil(async () => (await context.hasBegun()) || !isLoaded(), { timeoutMs: 60_000, signal });
  const startedAt = performance.now();
  for (const fault of plan) {
    await sleep(fault.pauseMs, undefined, { signal });
    if (!isLoaded()) return;
    // Count the after-effects of the previous fault before this one starts.
    await collector.nextSample();
    const before = await collector.total();
    const atSeconds = (performance.now() - startedAt) / 1_000;
    await injectFault(fault, context, signal);
    const { tookMs, problem } = await waitForRecovery({
      services: () => [...stack.processes().values()],
      lanes: () => client.lanes(),
      caughtUpBelow: context.caughtUpBelow,
      timeoutMs: RECOVERY_TIMEOUT_MS,
      isLoaded,
      signal,
    });
    const evidence = await collectEvidence(fault, before, collector);
    const bitten = hasBitten(fault.action, fault.target, evidence);
    outcomes.push({
      ...fault,
      atSeconds,
      recoveryMs: tookMs,
      ...(problem !== undefined && { problem }),
      evidence,
      bitten,
    });
    const verdict =
      problem === undefined ? `recovered in ${(tookMs / 1_000).toFixed(1)} s` : `NOT RECOVERED: ${problem}`;
    onEvent(
      `${String(outcomes.length).padStart(2)}/${plan.length} ${`${fault.action} ${fault.target}`.padEnd(26)} ${verdict}; ${describeEvidence(evidence)}`,
    );
  }
}

/** Collects the evidence of a fault, which may be late: a retried request is counted when it is answered. */
async function collectEvidence(
  { action, target }: PlannedFault,
  before: Evidence,
  collector: EvidenceCollector,
): Promise<Evidence> {
  const deadline = performance.now() + EVIDENCE_TIMEOUT_MS;
  for (;;) {
    await collector.nextSample();
    const evidence = evidenceSince(before, await collector.total());
    if (hasBitten(action, target, evidence) || performance.now() > deadline) return evidence;
  }
}
