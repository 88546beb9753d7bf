/** Kind of fault. */
export type FaultAction = 'kill' | 'stop' | 'swallow-replies' | 'reset' | 'misbehave';

/** Actions on a connection. */
export const NETWORK_ACTIONS: readonly FaultAction[] = ['swallow-replies', 'reset'];

/** One fault of a plan. */
export interface PlannedFault {
  readonly action: FaultAction;
  /** A process (`ingest-api-1`), a server, for the network faults a connection through a proxy, or a misbehaviour. */
  readonly target: string;
  /** Time under load before the fault, ms. */
  readonly pauseMs: number;
  /** For a killed server: time until its restart, ms. */
  readonly awayMs: number;
}

/** Input of a plan. */
export interface PlanOptions {
  readonly seed: string;
  readonly services: readonly string[];
  readonly servers: readonly string[];
  /** Connections through a faulty proxy. */
  readonly proxied: readonly string[];
  readonly misbehaviours: readonly string[];
  /** Kills per target. */
  readonly kills: number;
  /** Suspensions per target. */
  readonly stops: number;
  /** Occurrences of each network fault, and of each misbehaviour. */
  readonly networkFaults: number;
}

const PAUSE_MS = [500, 3_000] as const;
const AWAY_MS = [500, 3_000] as const;

/** Creates a list of faults in random order at random intervals; the same seed gives the same plan. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const random = createRandom(options.seed);
  const faults: { action: FaultAction; target: string }[] = [];
  const add = (action: FaultAction, targets: readonly string[], times: number): void => {
    for (let n = 0; n < times; n += 1) for (const target of targets) faults.push({ action, target });
  };
  add('kill', [...options.services, ...options.servers], options.kills);
  add('stop', [...options.services, ...options.servers], options.stops);
  for (const action of NETWORK_ACTIONS) add(action, options.proxied, options.networkFaults);
  add('misbehave', options.misbehaviours, options.networkFaults);
  for (let last = faults.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [faults[last], faults[other]] = [faults[other] as PlannedFault, faults[last] as PlannedFault];
  }
  const between = ([min, max]: readonly [number, number]): number => Math.round(min + random() * (max - min));
  return faults.map((fault) => ({ ...fault, pauseMs: between(PAUSE_MS), awayMs: between(AWAY_MS) }));
}

/** Expected duration of a fault with its recovery on an idle two-core machine, ms; the load must last this long. */
export function expectedMs(fault: PlannedFault, stopMs: number): number {
  const recoveryMs = {
    kill: 7_000,
    stop: stopMs + 2_500,
    'swallow-replies': 3_500,
    reset: 3_500,
    misbehave: 7_000,
  }[fault.action];
  return fault.pauseMs + (fault.action === 'kill' ? fault.awayMs : 0) + recoveryMs;
}

/** Creates a seeded generator of numbers from 0 to 1 (mulberry32 over an FNV-1a hash). */
export function createRandom(seed: string): () => number {
  let state = 2_166_136_261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
