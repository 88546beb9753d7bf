import { signal } from '@preact/signals';
import type { History, StreamState } from '../../../src/schemas.ts';

/** Figures of a lane at one time; null where unknown. */
export interface LanePoint {
  readonly perSecond: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly backlog: number | null;
  /** Whether it waited for its store; false where unknown. */
  readonly isPaused: boolean;
  readonly consumers: number | null;
}

/** Figures at one time. */
export interface Point {
  /** Milliseconds since the epoch, of the console's clock. */
  readonly at: number;
  readonly ingest: number | null;
  readonly lanes: Readonly<Record<string, LanePoint>>;
}

/** Longest stretch of time that is kept. */
const KEPT_MS = 15 * 60_000;

/** Points of the charts, oldest first. */
export const points = signal<readonly Point[]>([]);

/** The point of a state. */
export function pointOf({ at, ingest, lanes }: StreamState): Point {
  return {
    at,
    ingest: ingest.perSecond ?? null,
    lanes: Object.fromEntries(
      Object.entries(lanes).map(([name, { perSecond, seconds, backlog, state }]) => [
        name,
        {
          perSecond: perSecond ?? null,
          p50: seconds?.p50 ?? null,
          p95: seconds?.p95 ?? null,
          p99: seconds?.p99 ?? null,
          backlog: backlog?.messages ?? null,
          isPaused: state === 'paused',
          consumers: backlog?.consumers ?? null,
        },
      ]),
    ),
  };
}

/** A change of the number of a lane's consumers. */
export interface ScaleMark {
  readonly at: number;
  /** Consumers more, or with a minus less. */
  readonly change: number;
}

/** When lanes were scaled. A number that was unknown meanwhile is compared with the one before. */
export function scaleMarks(shown: readonly Point[]): readonly ScaleMark[] {
  const last = new Map<string, number>();
  const marks: ScaleMark[] = [];
  for (const { at, lanes } of shown) {
    for (const [name, { consumers }] of Object.entries(lanes)) {
      if (consumers === null) continue;
      const change = consumers - (last.get(name) ?? consumers);
      last.set(name, consumers);
      if (change !== 0) marks.push({ at, change });
    }
  }
  return marks;
}

/** Points of `GET /api/history`. */
export function pointsOf({ at, ingest, lanes }: History): readonly Point[] {
  return at.map((time, index) => ({
    at: time,
    ingest: ingest.perSecond[index] ?? null,
    lanes: Object.fromEntries(
      Object.entries(lanes).map(([name, series]) => [
        name,
        {
          perSecond: series.perSecond[index] ?? null,
          p50: series.p50[index] ?? null,
          p95: series.p95[index] ?? null,
          p99: series.p99[index] ?? null,
          backlog: series.backlog[index] ?? null,
          isPaused: false,
          consumers: null,
        },
      ]),
    ),
  }));
}

/** Adds a state's point. A time that was seen is left out: after a reconnect the console sends the same state again. */
export function addPoint(next: StreamState): void {
  const point = pointOf(next);
  const { value } = points;
  const last = value.at(-1);
  if (last !== undefined && last.at >= point.at) return;
  points.value = [...value.filter(({ at }) => point.at - at <= KEPT_MS), point];
}

/** Puts what was before the page was opened in front of what it has seen since. */
export function addHistory(history: History): void {
  const { value } = points;
  const first = value[0]?.at ?? Number.POSITIVE_INFINITY;
  points.value = [...pointsOf(history).filter(({ at }) => at < first), ...value];
}
