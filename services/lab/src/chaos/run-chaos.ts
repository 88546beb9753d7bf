import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultyProxy, startFaultyProxy } from '../../../../tools/lib/faulty-proxy.ts';
import { waitUntil } from '../../../../tools/lib/wait-until.ts';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { ExpectedError } from '../cli/run-command-line.ts';
import type { LoadRun } from '../load/run-k6.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import type { ChaosWorkload, Expected, Felt, Sign } from './chaos-workload.ts';
import { describeEvidence, type Evidence, evidenceSince, isFelt } from './evidence.ts';
import { createEvidenceCollector, type EvidenceCollector } from './evidence-collector.ts';
import { type FaultTargets, injectFault } from './inject-fault.ts';
import { type ChaosVerdict, type FaultOutcome, judgeChaos } from './judge-chaos.ts';
import { expectedMs, NETWORK_ACTIONS, type PlannedFault, planFaults } from './plan-faults.ts';
import { waitForRecovery } from './wait-for-recovery.ts';

/** How much is broken, under how much load. */
export interface ChaosIntensity {
  /** Decides the load and the order of the faults. */
  readonly seed: string;
  /** To post at least: the load lasts until every fault was felt. */
  readonly messages: number;
  /** Kills per target. */
  readonly kills: number;
  /** Suspensions per target. */
  readonly stops: number;
  /** Occurrences of each network fault per connection, and of each misbehaviour. */
  readonly networkFaults: number;
  /** Length of a suspension, ms. */
  readonly stopMs: number;
}

/** Options of a chaos run. */
export interface ChaosOptions<Result> extends ChaosIntensity {
  readonly workload: ChaosWorkload<Result>;
  readonly servers: Servers;
  readonly k6: string;
  /** Time for work to flow and catch up after a fault is over, ms. Default: 15,000. */
  readonly maxRecoveryMs?: number;
  /** Processes, servers, connections and misbehaviours. Default: all. */
  readonly targets?: readonly string[] | undefined;
  readonly stateDirectory: string;
  readonly resultDirectory: string;
  readonly onEvent: (line: string) => void;
  /** Called each second with a line for the terminal. */
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Result of a chaos run. */
export interface ChaosResult<Result> {
  readonly signs: readonly Sign[];
  readonly result: Result;
  readonly outcomes: readonly FaultOutcome[];
  readonly verdict: ChaosVerdict;
}

const MAX_RECOVERY_MS = 15_000;
/** Maximum time to watch a slower recovery, to report its duration, ms. */
const RECOVERY_TIMEOUT_MS = 60_000;
const EVIDENCE_TIMEOUT_MS = 8_000;
/** Additional load after the expected end of the last fault. */
const MARGIN = 1.2;
/** Longest load, in its expected length: a slow machine needs more time to recover, but not any time. */
const MAX_STRETCH = 5;
const POLL_INTERVAL_MS = 200;

/** Injects every fault under load from a client that retries, then compares the account. */
export async function runChaos<Result>(options: ChaosOptions<Result>): Promise<ChaosResult<Result>> {
  const { servers, workload, signal } = options;
  const proxies = new Map<string, FaultyProxy>();
  let stack: Stack | undefined;
  try {
    const urls: Record<string, string> = {};
    for (const connection of workload.connections) {
      const url = new URL(connection.url);
      const proxy = await startFaultyProxy({ host: url.hostname, port: Number(url.port) });
      proxies.set(connection.name, proxy);
      url.port = String(proxy.port);
      urls[connection.name] = url.href;
    }
    stack = await startStack({
      addresses: servers.addresses,
      services: workload.specs(urls),
      stateDirectory: options.stateDirectory,
      onEvent: () => undefined,
      signal,
    });
    return await breakUnderLoad(options, stack, proxies);
  } finally {
    await stack?.stop();
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
  }
}

async function breakUnderLoad<Result>(
  options: ChaosOptions<Result>,
  stack: Stack,
  proxies: ReadonlyMap<string, FaultyProxy>,
): Promise<ChaosResult<Result>> {
  const { workload, stopMs } = options;
  const { signs } = workload;
  const expected = (fault: PlannedFault): Expected => expectedOf(fault, workload, stack);
  const plan = planOf(options, stack);
  const seconds = Math.ceil(
    (plan.reduce((sum, fault) => sum + expectedMs(fault, stopMs), 0) / 1_000) * MARGIN,
  );
  const rate = Math.max(1, Math.ceil(options.messages / seconds));
  let k6: LoadRun | undefined;
  let clientRetries = 0;
  const collector = createEvidenceCollector(signs, async () => {
    // k6 counts up and reports 0 after it ended.
    clientRetries = Math.max(clientRetries, (await k6?.counter('request_retries')) ?? 0);
    const heldBack = [...proxies.values()].reduce((sum, proxy) => sum + proxy.repliesHeldBack, 0);
    return {
      clientRetries,
      requestsCutOff: stack.requestsCutOff(),
      answersLate: stack.answersLate(),
      repliesHeldBack: heldBack,
    };
  });
  const outcomes: FaultOutcome[] = [];
  let faults: Promise<void> = Promise.resolve();
  const enough = new AbortController();
  options.onEvent(`${plan.length} faults, ${rate} messages/s for about ${Math.ceil(seconds / 60)} minutes`);
  const result = await workload.load(stack, {
    ...options,
    rate,
    maxSeconds: seconds * MAX_STRETCH,
    signal: AbortSignal.any([options.signal, enough.signal]),
    onSample: (increases) => collector.add(increases),
    onStarted: (run) => {
      k6 = run;
      let loaded = true;
      run.done.finally(() => (loaded = false)).catch(() => undefined);
      faults = runFaults(plan, {
        ...options,
        accepted: () => workload.accepted(run),
        stack,
        proxies,
        hangMs: workload.hangMs,
        misbehaviours: misbehavioursOf(workload, stack),
        collector,
        rate,
        expected,
        outcomes,
        isLoaded: () => loaded,
      }).finally(() => enough.abort());
      // Awaited below; the rejection must not be unhandled until then.
      faults.catch(() => undefined);
    },
  });
  await faults;
  const verdict = judgeChaos(outcomes, workload.failuresOf(result, { messages: options.messages, rate }), {
    signs,
    expected,
    breakable: [...workload.servers, ...workload.connections, ...(workload.misbehaviours ?? [])].map(
      ({ name }) => name,
    ),
    faults: plan.length,
    maxRecoveryMs: options.maxRecoveryMs ?? MAX_RECOVERY_MS,
  });
  return { signs, result, outcomes, verdict };
}

/** @throws ExpectedError for a target that there is not */
function planOf(options: ChaosOptions<unknown>, stack: Stack): PlannedFault[] {
  const { workload, targets } = options;
  const services = [...stack.processes().keys()]
    .filter((name) => workload.feltBy(stack.serviceOf(name)) !== undefined)
    .sort();
  const servers = workload.servers.map(({ name }) => name);
  const connections = workload.connections.map(({ name }) => name);
  const misbehaviours = (workload.misbehaviours ?? []).map(({ name }) => name);
  const known = [...new Set([...services, ...servers, ...connections, ...misbehaviours])];
  const unknown = targets?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new ExpectedError(`--targets: unknown ${unknown.join(', ')}; use ${known.join(', ')}`);
  }
  const isTarget = (name: string): boolean => targets?.includes(name) ?? true;
  return planFaults({
    ...options,
    services: services.filter(isTarget),
    servers: servers.filter(isTarget),
    proxied: connections.filter(isTarget),
    misbehaviours: misbehaviours.filter(isTarget),
  });
}

/** What shows that a fault was felt. A server and a connection may have one name; the action says which. */
function expectedOf(
  { action, target }: PlannedFault,
  workload: ChaosWorkload<unknown>,
  stack: Stack,
): Expected {
  const feltIn = (parts: readonly { readonly name: string; readonly felt: Felt }[] = []): Felt | undefined =>
    parts.find(({ name }) => name === target)?.felt;
  const feltOfProcess = (): Felt | undefined =>
    feltIn(workload.servers) ?? workload.feltBy(stack.serviceOf(target));
  const felt = NETWORK_ACTIONS.includes(action)
    ? feltIn(workload.connections)
    : action === 'misbehave'
      ? feltIn(workload.misbehaviours)
      : feltOfProcess();
  if (felt === undefined) throw new Error(`no evidence is known for ${action} of ${target}`);
  return felt(action);
}

function misbehavioursOf(workload: ChaosWorkload<unknown>, stack: Stack): FaultTargets['misbehaviours'] {
  return new Map(
    (workload.misbehaviours ?? []).map(({ name, lastsMs, begin, end }) => [
      name,
      { lastsMs, begin: () => begin(stack), end: () => end(stack) },
    ]),
  );
}

interface FaultContext extends ChaosOptions<unknown> {
  readonly stack: Stack;
  readonly proxies: ReadonlyMap<string, FaultyProxy>;
  readonly misbehaviours: FaultTargets['misbehaviours'];
  readonly hangMs: FaultTargets['hangMs'];
  readonly collector: EvidenceCollector;
  /** Messages per second. */
  readonly rate: number;
  readonly expected: (fault: PlannedFault) => Expected;
  readonly outcomes: FaultOutcome[];
  /** Messages that were promised so far. */
  readonly accepted: () => Promise<number>;
  /** Whether messages are still being posted. */
  readonly isLoaded: () => boolean;
}

/** Resolves when every fault of the plan was injected and has recovered, and enough was posted; or when the load is over. */
async function runFaults(plan: readonly PlannedFault[], context: FaultContext): Promise<void> {
  const { workload, stack, collector, expected, outcomes, isLoaded, signal, onEvent } = context;
  const hasAccepted = async (count: number): Promise<boolean> =>
    (await context.accepted()) >= count || !isLoaded();
  // The load generator needs a moment to start.
  await waitUntil(() => hasAccepted(1), { timeoutMs: 60_000, everyMs: POLL_INTERVAL_MS, signal });
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
      flow: workload.watchFlow(stack, context),
      timeoutMs: RECOVERY_TIMEOUT_MS,
      signal,
    });
    const evidence = await collectEvidence(expected(fault), before, collector);
    const bitten = isFelt(expected(fault), evidence);
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
      `${String(outcomes.length).padStart(2)}/${plan.length} ${`${fault.action} ${fault.target}`.padEnd(26)} ${verdict}; ${describeEvidence(workload.signs, evidence)}`,
    );
  }
  await waitUntil(() => hasAccepted(context.messages), {
    timeoutMs: Number.POSITIVE_INFINITY,
    everyMs: POLL_INTERVAL_MS,
    signal,
  });
}

/** Collects the evidence of a fault, which may be late: a retried request is counted when it is answered. */
async function collectEvidence(
  expected: Expected,
  before: Evidence,
  collector: EvidenceCollector,
): Promise<Evidence> {
  const deadline = performance.now() + EVIDENCE_TIMEOUT_MS;
  for (;;) {
    await collector.nextSample();
    const evidence = evidenceSince(before, await collector.total());
    if (isFelt(expected, evidence) || performance.now() > deadline) return evidence;
  }
}
