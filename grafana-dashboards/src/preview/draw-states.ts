import { fieldConfigOf } from '../model/field-config.ts';
import type { View } from '../model/resolve.ts';
import type { Series } from '../prometheus/client.ts';
import { type Box, createFrame, label, svg, timeAxis } from './frame.ts';
import type { PanelData } from './panel-data.ts';
import { escapeText, namedColor, seriesColor, THEME } from './theme.ts';

/** States over time, one bar for each series. */
export function drawStates({ panel, series }: PanelData, box: Box, view: View): string {
  const names = panel.fieldConfig?.defaults.mappings?.[0]?.options ?? {};
  const chart: Box = { width: box.width, height: box.height - 16 };
  const frame = createFrame(chart, view.range, 110);
  const rowHeight = (frame.bottom - frame.top) / Math.max(1, series.length);
  const bars = series.flatMap(({ name, samples }, row) => {
    const y = frame.top + row * rowHeight + rowHeight * 0.1;
    const cells = runsOf(samples, view.stepSeconds).map(({ from, to, value }) => {
      const x = frame.x(from);
      const width = Math.min(frame.x(to), frame.right) - x;
      const fill = namedColor(names[String(value)]?.color ?? THEME.faint);
      return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0, width).toFixed(1)}" height="${(rowHeight * 0.8).toFixed(1)}" fill="${fill}" fill-opacity="0.75"/>`;
    });
    return [label(frame.left - 8, y + rowHeight * 0.4 + 4, name, 'end'), ...cells];
  });
  const key = Object.values(names).map(
    ({ text, color }) =>
      `<div><i style="background:${namedColor(color)}"></i><span>${escapeText(text)}</span></div>`,
  );
  const legend = `<div class="legend" style="grid-template-columns:repeat(${key.length},max-content)">${key.join('')}</div>`;
  return svg(chart, [timeAxis(frame, view.range), ...bars].join('')) + legend;
}

/** Small numbers over time: a row for each series, the number in its cells; a word and its colour where one stands for it. */
export function drawCounts({ panel, series }: PanelData, box: Box, view: View): string {
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const frame = createFrame(box, view.range, Math.min(box.width / 2, 20 + longest * 6.5));
  const rowHeight = (frame.bottom - frame.top) / Math.max(1, series.length);
  const bars = series.flatMap(({ name, samples }, row) => {
    const field = fieldConfigOf(panel.fieldConfig, name);
    const names = field.mappings?.[0]?.options ?? {};
    const y = frame.top + row * rowHeight + rowHeight * 0.1;
    const cells = runsOf(samples, view.stepSeconds).map(({ from, to, value }) => {
      const word = names[String(value)];
      const x = frame.x(from);
      const width = Math.max(0, Math.min(frame.x(to), frame.right) - x - 1);
      const fill = word === undefined ? seriesColor(field, row) : namedColor(word.color);
      const text = word?.text ?? String(value);
      const inside =
        width > text.length * 8 ? label(x + width / 2, y + rowHeight * 0.4 + 4, text, 'middle') : '';
      return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${(rowHeight * 0.8).toFixed(1)}" fill="${fill}" fill-opacity="0.7"/><g class="on">${inside}</g>`;
    });
    return [label(frame.left - 8, y + rowHeight * 0.4 + 4, name, 'end'), ...cells];
  });
  return svg(box, [timeAxis(frame, view.range), ...bars].join(''));
}

/** Stretches of time with one value; where samples are missing there is none. */
export function runsOf(
  samples: Series['samples'],
  stepSeconds: number,
): { readonly from: number; readonly to: number; readonly value: number }[] {
  const runs: { from: number; to: number; value: number }[] = [];
  for (const [time, value] of samples) {
    const last = runs.at(-1);
    const goesOn = last !== undefined && last.value === value && time <= last.to + stepSeconds / 2;
    if (goesOn) last.to = time + stepSeconds;
    else runs.push({ from: time, to: time + stepSeconds, value });
  }
  return runs;
}
