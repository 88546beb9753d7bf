/** What is done to a target. */
export type FaultAction = 'kill' | 'stop' | 'swallow-replies' | 'reset';

/** One fault of a plan. */
export interface PlannedFault {
  readonly action: FaultAction;
  /** A process (`kafka-consumer-1`), a server (`valkey`), or for the network faults the store behind the proxy. */
  readonly target: string;
  /** Load without a fault before it. */
  readonly pauseMs: number;
  /** For a server that is killed: how long it stays away. */
  readonly awayMs: number;
}

/** What a plan is made from. */
export interface PlanOptions {
  readonly seed: string;
  readonly services: readonly string[];
  readonly servers: readonly string[];
  /** Stores with a faulty proxy in front. */
  readonly proxied: readonly string[];
  /** How often each target is killed. */
  readonly kills: number;
  /** How often each target is held still. */
  readonly stops: number;
  /** How often each network fault comes. */
  readonly networkFaults: number;
}

const PAUSE_MS = [500, 3_000] as const;
const AWAY_MS = [500, 3_000] as const;

/** A list of faults in random order at random distances; the same seed gives the same plan. */
export function planFaults(options: PlanOptions): PlannedFault[] {
  const random = createRandom(options.seed);
  const faults: { action: FaultAction; target: string }[] = [];
  const add = (action: FaultAction, targets: readonly string[], times: number): void => {
    for (let n = 0; n < times; n += 1) for (const target of targets) faults.push({ action, target });
  };
  add('kill', [...options.services, ...options.servers], options.kills);
  add('stop', [...options.services, ...options.servers], options.stops);
  add('swallow-replies', options.proxied, options.networkFaults);
  add('reset', options.proxied, options.networkFaults);
  for (let last = faults.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [faults[last], faults[other]] = [faults[other] as PlannedFault, faults[last] as PlannedFault];
  }
  const between = ([min, max]: readonly [number, number]): number => Math.round(min + random() * (max - min));
  return faults.map((fault) => ({ ...fault, pauseMs: between(PAUSE_MS), awayMs: between(AWAY_MS) }));
}

/** Milliseconds a fault takes with its recovery on a quiet two-core machine: what the load has to last. */
export function expectedMs(fault: PlannedFault, stopMs: number): number {
  const recoveryMs = { kill: 7_000, stop: stopMs + 2_500, 'swallow-replies': 3_500, reset: 3_500 }[
    fault.action
  ];
  return fault.pauseMs + (fault.action === 'kill' ? fault.awayMs : 0) + recoveryMs;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32 over an FNV-1a hash). */
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
