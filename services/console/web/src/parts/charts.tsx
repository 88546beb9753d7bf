import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { count, latency, rate } from '../model/format.ts';
import { lanesOf } from '../model/lanes.ts';
import { type Point, points, scaleMarks } from '../state/history.ts';
import { state } from '../state/stream.ts';
import { Chart, type Line } from './chart.tsx';
import { Choice } from './choice.tsx';

const WINDOWS = { '1 min': 60, '5 min': 300, '15 min': 900 } as const;
const QUANTILES = ['p50', 'p95', 'p99'] as const;

/** By the place of the lane. */
const DASHES: readonly (readonly number[])[] = [[], [], [9, 3], [5, 4]];

const window = signal<keyof typeof WINDOWS>('5 min');
const quantile = signal<(typeof QUANTILES)[number]>('p95');
/** Which chart a phone shows. */
const tab = signal<'Rate' | 'Latency' | 'Backlog'>('Rate');

const shown = computed((): readonly Point[] => {
  const end = points.value.at(-1)?.at ?? 0;
  const inWindow = points.value.filter(({ at }) => end - at <= WINDOWS[window.value] * 1_000);
  const first = inWindow.findIndex(hasFigures);
  return first < 0 ? inWindow : inWindow.slice(first);
});
/** Whether anything is known of the time of a point: what is before the first such one is not shown. */
function hasFigures({ ingest, lanes }: Point): boolean {
  return (
    ingest !== null ||
    Object.values(lanes).some(({ perSecond, backlog }) => perSecond !== null || backlog !== null)
  );
}

const at = computed(() => shown.value.map((point) => point.at / 1_000));

const pauses = computed(() =>
  shown.value.map(({ lanes }) => Object.values(lanes).some(({ isPaused }) => isPaused)),
);

const marks = computed(() => scaleMarks(shown.value));

function lines(field: 'perSecond' | 'backlog' | (typeof QUANTILES)[number]): readonly Line[] {
  return lanesOf(state.value).map(({ name, title, hue }, index) => ({
    name: title,
    hue,
    dash: DASHES[index % DASHES.length] ?? [],
    values: shown.value.map((point) => point.lanes[name]?.[field] ?? null),
  }));
}

/** Rate, latency and backlog of the lanes over the last minutes. */
export function Charts(): JSX.Element {
  const ingest: Line = {
    name: 'Ingest',
    hue: undefined,
    dash: [2, 3],
    values: shown.value.map((point) => point.ingest),
  };
  const common = {
    at: at.value,
    pauses: pauses.value,
    marks: marks.value,
    windowSeconds: WINDOWS[window.value],
  };
  return (
    <section class="card charts" aria-label="Charts" data-tab={tab.value}>
      <header class="toolbar">
        {pauses.value.includes(true) && (
          <span class="hint pause-note">
            <i class="swatch" /> a lane was paused
          </span>
        )}
        <Choice
          label="Chart"
          options={['Rate', 'Latency', 'Backlog'] as const}
          chosen={tab.value}
          onChoose={(next) => {
            tab.value = next;
          }}
          extraClass="phone-only"
        />
        <Choice
          label="Quantile"
          options={QUANTILES}
          chosen={quantile.value}
          onChoose={(next) => {
            quantile.value = next;
          }}
        />
        <Choice
          label="Time shown"
          options={Object.keys(WINDOWS) as (keyof typeof WINDOWS)[]}
          chosen={window.value}
          onChoose={(next) => {
            window.value = next;
          }}
        />
      </header>
      <div class="chart-row">
        <Chart
          {...common}
          title="Rate, msg/s"
          lines={[ingest, ...lines('perSecond')]}
          scale="linear"
          softMax={20}
          format={rate}
        />
        <Chart
          {...common}
          title={`Ingest to store, ${quantile.value}`}
          lines={lines(quantile.value)}
          scale="logarithmic"
          softMax={0.1}
          format={latency}
        />
        <Chart
          {...common}
          title="Backlog, messages"
          lines={lines('backlog')}
          scale="linear"
          softMax={100}
          format={count}
        />
      </div>
    </section>
  );
}
