import type { FieldDefaultsJson } from '../model/dashboard-json.ts';
import { fieldConfigOf } from '../model/field-config.ts';
import type { View } from '../model/resolve.ts';
import type { Box } from './frame.ts';
import type { NamedSeries, PanelData } from './panel-data.ts';
import { escapeText, namedColor, seriesColor, THEME } from './theme.ts';
import { formatValue } from './units.ts';

/** The last values of a panel, large; with a sparkline or a coloured background where the panel says so. */
export function drawFigure({ panel, series }: PanelData, box: Box, view: View): string {
  const { colorMode = 'value', graphMode = 'none' } = panel.options ?? {};
  if (series.length === 0) {
    const { noValue = 'no data' } = panel.fieldConfig?.defaults ?? {};
    return `<div class="figure empty"><div><span>${escapeText(noValue)}</span></div></div>`;
  }
  const tiles = series.map((one, index) => {
    const field = fieldConfigOf(panel.fieldConfig, one.name);
    const value = one.samples.findLast(([, sample]) => !Number.isNaN(sample))?.[1] ?? Number.NaN;
    const color = tileColor(field, value, index);
    const text = wordOf(field, value) ?? formatValue(value, field.unit ?? 'short', field.decimals);
    const isFilled = colorMode === 'background' && color !== THEME.text;
    const tile = isFilled ? ` class="filled" style="background:${color}"` : '';
    const figure = isFilled ? '' : ` style="color:${color}"`;
    const line =
      graphMode === 'area' ? sparkline(one, color, { ...box, width: box.width / series.length }, view) : '';
    return `<div${tile}>${line}<span>${escapeText(one.name)}</span><b${figure}>${escapeText(text)}</b></div>`;
  });
  const height = `style="font-size:${box.height < 90 ? 20 : 26}px"`;
  return `<div class="figure" ${height}>${tiles.join('')}</div>`;
}

function wordOf({ mappings = [] }: FieldDefaultsJson, value: number): string | undefined {
  return mappings.map(({ options }) => options[String(value)]?.text).find((text) => text !== undefined);
}

function tileColor(field: FieldDefaultsJson, value: number, index: number): string {
  return field.color?.mode === 'thresholds' ? colorOf(value, field) : seriesColor(field, index);
}

/** The colour of the last threshold that the value has reached. */
export function colorOf(value: number, { thresholds }: FieldDefaultsJson): string {
  const reached = (thresholds?.steps ?? []).filter((step) => step.value === null || value >= step.value);
  const last = reached.at(-1);
  return last === undefined ? THEME.text : namedColor(last.color);
}

/** What the figure was over the time range, without axes, at the foot of its tile. */
function sparkline({ samples }: NamedSeries, color: string, { width, height }: Box, { range }: View): string {
  const points = samples.filter(([, value]) => Number.isFinite(value));
  const highest = Math.max(...points.map(([, value]) => value), 1e-9);
  const tall = Math.max(14, height * 0.3);
  const at = points.map(([time, value]) => {
    const x = ((time - range.from) / (range.to - range.from)) * width;
    return `${x.toFixed(1)},${(tall - (value / highest) * (tall - 2)).toFixed(1)}`;
  });
  return `<svg class="spark" width="${width.toFixed(0)}" height="${tall.toFixed(0)}"><polyline points="${at.join(' ')}" fill="none" stroke="${color}"/></svg>`;
}
