import type { History, StreamState } from '../schemas.ts';

/** Five minutes of half seconds. */
const MAX_POINTS = 600;
const FIGURES = ['perSecond', 'p50', 'p95', 'p99', 'backlog'] as const;

interface Point {
  readonly at: number;
  readonly ingest: number | null;
  readonly lanes: ReadonlyMap<string, Readonly<Record<(typeof FIGURES)[number], number | null>>>;
}

/** The figures of the charts, kept in memory for consoles without Prometheus. */
export class MemoryHistory {
  #points: Point[] = [];

  add({ at, ingest, lanes }: StreamState): void {
    this.#points.push({
      at,
      ingest: ingest.perSecond ?? null,
      lanes: new Map(
        Object.entries(lanes).map(([lane, { perSecond, seconds, backlog }]) => [
          lane,
          {
            perSecond: perSecond ?? null,
            p50: seconds?.p50 ?? null,
            p95: seconds?.p95 ?? null,
            p99: seconds?.p99 ?? null,
            backlog: backlog?.messages ?? null,
          },
        ]),
      ),
    });
    if (this.#points.length > MAX_POINTS) this.#points.shift();
  }

  clear(): void {
    this.#points = [];
  }

  read(): History {
    const lanes = [...new Set(this.#points.flatMap((point) => [...point.lanes.keys()]))];
    const series = (lane: string, figure: (typeof FIGURES)[number]) =>
      this.#points.map((point) => point.lanes.get(lane)?.[figure] ?? null);
    return {
      source: 'memory',
      at: this.#points.map(({ at }) => at),
      ingest: { perSecond: this.#points.map(({ ingest }) => ingest) },
      lanes: Object.fromEntries(
        lanes.map((lane) => [
          lane,
          {
            perSecond: series(lane, 'perSecond'),
            p50: series(lane, 'p50'),
            p95: series(lane, 'p95'),
            p99: series(lane, 'p99'),
            backlog: series(lane, 'backlog'),
          },
        ]),
      ),
    };
  }
}
