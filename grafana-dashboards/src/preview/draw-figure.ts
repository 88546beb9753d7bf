import type { FieldDefaultsJson } from '../model/dashboard-json.ts';
import type { PanelData } from './panel-data.ts';
import { escapeText, namedColor, THEME } from './theme.ts';
import { formatValue } from './units.ts';

/** The last values of a panel, large. */
export function drawFigure({ panel, series }: PanelData): string {
  const defaults = panel.fieldConfig?.defaults ?? {};
  if (series.length === 0)
    return `<div class="figure"><div>${escapeText(defaults.noValue ?? 'no data')}</div></div>`;
  const tiles = series.map(({ name, samples }) => {
    const value = samples.at(-1)?.[1] ?? Number.NaN;
    const text = formatValue(value, defaults.unit ?? 'short', defaults.decimals);
    return `<div><span>${escapeText(name)}</span><b style="color:${colorOf(value, defaults)}">${escapeText(text)}</b></div>`;
  });
  return `<div class="figure">${tiles.join('')}</div>`;
}

/** The colour of the last threshold that the value has reached. */
export function colorOf(value: number, { thresholds }: FieldDefaultsJson): string {
  const reached = (thresholds?.steps ?? []).filter((step) => step.value === null || value >= step.value);
  const last = reached.at(-1);
  return last === undefined ? THEME.text : namedColor(last.color);
}
