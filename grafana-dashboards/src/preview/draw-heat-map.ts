import type { View } from '../model/resolve.ts';
import type { Series } from '../prometheus/client.ts';
import { type Box, createFrame, label, svg, timeAxis } from './frame.ts';
import type { PanelData } from './panel-data.ts';
import { THEME } from './theme.ts';
import { formatValue } from './units.ts';

/** A bucket of a histogram, with how many fell into it and into no smaller one. */
export interface Bucket {
  readonly upperBound: number;
  readonly counts: ReadonlyMap<number, number>;
}

const STRENGTHS = 24;
// Less than one message is what extrapolation adds at the edges.
const LEAST = 0.5;

/** Cumulative buckets (`le`) as counts of their own, from the smallest bound up. */
export function bucketsOf(series: readonly Series[]): Bucket[] {
  const sorted = series
    .map(({ labels, samples }) => ({
      upperBound: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
      cumulative: new Map(samples),
    }))
    .sort((a, b) => a.upperBound - b.upperBound);
  return sorted.map(({ upperBound, cumulative }, index) => {
    const below = sorted[index - 1]?.cumulative;
    const counts = new Map(
      [...cumulative].map(([time, count]) => [time, Math.max(0, count - (below?.get(time) ?? 0))]),
    );
    return { upperBound, counts };
  });
}

/** Buckets over time: the stronger, the more. Rows are those of the panel's range, the same for every lane. */
export function drawHeatMap({ panel, series }: PanelData, box: Box, view: View): string {
  const { unit = 's', min = 0, max = Number.POSITIVE_INFINITY } = panel.options?.yAxis ?? {};
  const buckets = bucketsOf(series);
  const peak = Math.max(0, ...buckets.flatMap(({ counts }) => [...counts.values()]));
  const rows = buckets.filter(({ upperBound }) => upperBound >= min && upperBound <= max);
  if (peak < LEAST)
    return svg(box, label(box.width / 2, box.height / 2, 'no data in this time range', 'middle'));
  const frame = createFrame(box, view.range);
  const rowHeight = (frame.bottom - frame.top) / rows.length;
  const cellWidth = frame.x(view.range.from + view.stepSeconds) - frame.left;
  const cells = rows.flatMap(({ counts }, index) =>
    [...counts]
      .filter(([, count]) => count >= LEAST)
      .map(([time, count]) => {
        const x = Math.max(frame.left, frame.x(time) - cellWidth);
        const y = frame.bottom - (index + 1) * rowHeight;
        return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(cellWidth + 0.3).toFixed(1)}" height="${(rowHeight + 0.3).toFixed(1)}" fill="${THEME.text}" fill-opacity="${strengthOf(count / peak)}"/>`;
      }),
  );
  const every = Math.ceil(rows.length / Math.floor((frame.bottom - frame.top) / 16));
  const bounds = rows.flatMap(({ upperBound }, index) =>
    index % every === 0
      ? [
          label(
            frame.left - 6,
            frame.bottom - (index + 1) * rowHeight + 4,
            formatValue(upperBound, unit),
            'end',
          ),
        ]
      : [],
  );
  const border = `<rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}" fill="none" stroke="${THEME.grid}"/>`;
  return svg(box, [timeAxis(frame, view.range), border, ...cells, ...bounds].join(''));
}

/** In few steps: a picture has no more than 256 colours, and lines need theirs. */
function strengthOf(share: number): string {
  return (Math.ceil(Math.sqrt(share) * STRENGTHS) / STRENGTHS).toFixed(3);
}
