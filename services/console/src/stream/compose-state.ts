import type { LaneReading, LaneReport, Light, LightMemory } from '@caudal/common/account';
import { judgeLight } from '@caudal/common/account';
import type { ConsumerReport, StreamLane, StreamState } from '../schemas.ts';
import { namesOfLane } from './lane-names.ts';
import { dropUndefined, type Traffic } from './traffic.ts';

/** A lane as it was last read. */
export interface LaneSight {
  readonly report: LaneReport;
  /** Age of the report, ms. */
  readonly ageMs: number;
  readonly perSecond: number | undefined;
}

/** What a state is composed of. */
export interface Sights {
  readonly at: number;
  readonly intervalMs: number;
  readonly lanes: readonly LaneSight[];
  readonly traffic: Traffic;
  readonly live: StreamState['live'];
  readonly scale: StreamState['scale'];
}

/** A report that is older is no answer, ms. */
const STALE_MS = 3_000;
const NOTE = {
  absent: 'PROMETHEUS_URL is not set: accepted messages are unknown.',
  known:
    'From counters that Prometheus scrapes. Excludes what an ingest process accepted between its last scrape and its end.',
};

/** Composes what the stream shows, and judges it. */
export function composeState(
  sights: Sights,
  memory: LightMemory | undefined,
): { readonly state: StreamState; readonly memory: LightMemory } {
  const { at, intervalMs, traffic, live, scale } = sights;
  const paused = new Set(traffic.consumers.filter(({ state }) => state === 'paused').map(({ lane }) => lane));
  const readings = sights.lanes.map((sight) => readingOf(sight, paused));
  const judged = judgeLight(memory, { at, accepted: traffic.accepted, lanes: readings });
  const { accepted } = traffic;
  const state: StreamState = {
    at,
    intervalMs,
    lights: { messages: lightOf(judged.light) },
    ingest: dropUndefined({
      accepted: judged.light.accepted,
      byCountry: accepted.kind === 'known' ? { ...accepted.byCountry } : undefined,
      perSecond: round(traffic.ingestPerSecond),
      seconds: traffic.ingestSeconds,
      note: accepted.kind === 'unreadable' ? accepted.reason : NOTE[accepted.kind],
    }),
    lanes: Object.fromEntries(
      sights.lanes.map((sight, position) => [
        sight.report.lane,
        laneOf(sight, position, readings[position]?.isPaused ?? false, traffic),
      ]),
    ),
    consumers: consumersByName(traffic.consumers),
    partitions: partitionsOf(sights.lanes),
    live,
    scale,
  };
  return { state, memory: judged };
}

/** Consumers by `<lane>/<name>`. */
function consumersByName(consumers: readonly ConsumerReport[]): StreamState['consumers'] {
  return Object.fromEntries(consumers.map((consumer) => [`${consumer.lane}/${consumer.name}`, consumer]));
}

/** Partitions of the topic by lane; a log has a backlog for each of them, a queue one. */
export function partitionsOf(lanes: readonly Pick<LaneSight, 'report'>[]): Record<string, number> {
  return Object.fromEntries(
    lanes.flatMap(({ report: { lane, backlog } }) => {
      const sources = Object.keys(backlog?.bySource ?? {});
      return sources.some((source) => source.includes(':')) ? [[lane, sources.length]] : [];
    }),
  );
}

function readingOf({ report, ageMs, perSecond }: LaneSight, paused: ReadonlySet<string>): LaneReading {
  const { lane, countries, totals, backlog, errors } = report;
  const isStale = ageMs > STALE_MS;
  return {
    lane,
    countries,
    stored: isStale ? undefined : (totals?.byCountry ?? undefined),
    backlog:
      isStale || backlog === null ? undefined : { messages: backlog.messages, inHand: backlog.inHand ?? 0 },
    isPaused: paused.has(lane),
    perSecond: totals === null ? undefined : perSecond,
    problem:
      errors.store ?? errors.broker ?? (isStale ? `no answer for ${Math.round(ageMs / 1_000)} s` : undefined),
  };
}

function laneOf(
  { report, ageMs, perSecond }: LaneSight,
  position: number,
  isPaused: boolean,
  traffic: Traffic,
): StreamLane {
  const { broker, store, countries, totals, backlog, errors, lane } = report;
  const isReadable = totals !== null && backlog !== null && ageMs <= STALE_MS;
  return dropUndefined({
    position,
    broker,
    store,
    ...namesOfLane(broker, store),
    countries: countries && [...countries],
    state: isPaused ? 'paused' : isReadable ? 'running' : 'unreadable',
    stored: totals
      ? { total: totals.total, byCountry: { ...totals.byCountry }, byWeather: { ...totals.byWeather } }
      : undefined,
    // Of a store that does not answer it would be that of long ago.
    perSecond: totals ? round(perSecond) : undefined,
    seconds: traffic.laneSeconds.get(lane),
    backlog: backlog
      ? dropUndefined({
          messages: backlog.messages,
          covers: backlog.covers,
          waiting: backlog.waiting ?? undefined,
          inHand: backlog.inHand ?? undefined,
          secondsBehind: backlog.secondsBehind ?? undefined,
          consumers: backlog.consumers ?? undefined,
        })
      : undefined,
    deadLetters: backlog?.deadLetters,
    errors: { ...errors },
  });
}

function lightOf({ reasons, ...light }: Light): StreamState['lights'][string] {
  return dropUndefined({ ...light, reasons: reasons.map((reason) => dropUndefined({ ...reason })) });
}

function round(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(Math.max(0, value) * 10) / 10;
}
