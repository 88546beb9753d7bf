import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneReport, LightMemory } from '@caudal/common/account';
import type { LaneReader } from '../lanes/lane-reader.ts';
import { StoreRate, WATCHED_WINDOW_MS } from '../lanes/store-rate.ts';
import type { StreamState } from '../schemas.ts';
import { composeState, type LaneSight } from './compose-state.ts';
import type { Prometheus } from './prometheus.ts';
import { noTraffic, type Traffic, TrafficReader } from './traffic.ts';

/** Time between two states, ms. */
export const TICK_MS = 500;
/** Time between two questions to Prometheus, which scrapes no more often, ms. */
const TRAFFIC_MS = 2_000;

/** Dependencies of {@link LaneWatch}. */
export interface LaneWatchOptions {
  readonly readers: readonly LaneReader[];
  /** Undefined: what was accepted is not counted. */
  readonly prometheus: Prometheus | undefined;
  readonly live: () => StreamState['live'];
  readonly scale: StreamState['scale'];
  readonly tickMs?: number;
  /** The time, ms since the epoch. Default: that of this machine. */
  readonly now?: () => number;
}

/** Reads the lanes and Prometheus over and over, while there is a client, and composes a state of what it saw last. */
export class LaneWatch {
  readonly #options: LaneWatchOptions;
  readonly #traffic: TrafficReader | undefined;
  readonly #rates: ReadonlyMap<string, StoreRate>;
  readonly #seen = new Map<string, { readonly report: LaneReport; readonly atMs: number }>();
  #lastTraffic: Traffic;
  #memory: LightMemory | undefined;
  #watching: AbortController | undefined;

  constructor(options: LaneWatchOptions) {
    const { prometheus, readers } = options;
    this.#options = options;
    this.#traffic = prometheus && new TrafficReader(prometheus);
    this.#rates = new Map(readers.map(({ lane }) => [lane, new StoreRate(WATCHED_WINDOW_MS)]));
    this.#lastTraffic = noTraffic({ kind: 'absent' });
  }

  /** Reads everything once, then continues until {@link stop}; `onState` gets a state with every tick. */
  async start(onState: (state: StreamState) => void): Promise<void> {
    if (this.#watching !== undefined) return;
    const watching = new AbortController();
    this.#watching = watching;
    const { signal } = watching;
    const { readers, tickMs = TICK_MS } = this.#options;
    const read = () => this.#readTraffic();
    await Promise.all([...readers.map((reader) => this.#readLane(reader)), read()]);
    // Independently: one that does not answer must not hold up the others.
    for (const reader of readers) repeat(() => this.#readLane(reader), tickMs, signal);
    if (this.#traffic) repeat(read, TRAFFIC_MS, signal);
    if (!signal.aborted) onState(this.state());
    repeat(() => onState(this.state()), tickMs, signal, tickMs);
  }

  stop(): void {
    this.#watching?.abort();
    this.#watching = undefined;
  }

  /** Composes and judges what was seen last. */
  state(): StreamState {
    const { readers, live, scale, tickMs = TICK_MS, now = Date.now } = this.#options;
    const atMs = performance.now();
    const lanes = readers.flatMap(({ lane }): LaneSight[] => {
      const seen = this.#seen.get(lane);
      const perSecond = this.#rates.get(lane)?.perSecond ?? undefined;
      return seen ? [{ report: seen.report, ageMs: atMs - seen.atMs, perSecond }] : [];
    });
    const { state, memory } = composeState(
      { at: now(), intervalMs: tickMs, lanes, traffic: this.#lastTraffic, live: live(), scale },
      this.#memory,
    );
    this.#memory = memory;
    return state;
  }

  async #readLane(reader: LaneReader): Promise<void> {
    const report = await reader.read({ identities: false });
    const atMs = performance.now();
    this.#seen.set(reader.lane, { report, atMs });
    if (report.totals !== null) this.#rates.get(reader.lane)?.note(report.totals.total, atMs);
  }

  async #readTraffic(): Promise<void> {
    if (this.#traffic) this.#lastTraffic = await this.#traffic.read();
  }
}

/** Does something again and again, with a pause after each time. */
function repeat(
  work: () => Promise<void> | void,
  pauseMs: number,
  signal: AbortSignal,
  firstPauseMs = 0,
): void {
  const loop = async (): Promise<void> => {
    let waitMs = firstPauseMs;
    while (!signal.aborted) {
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await work();
      waitMs = pauseMs;
    }
  };
  void loop();
}
