import type { PanelData } from './panel-data.ts';
import { escapeText } from './theme.ts';
import { formatValue } from './units.ts';

const LINE = 24;

/** A table whose rows are joined by country; each query is a column under its legend, the first one sorts. */
export function drawTable({ panel, series }: PanelData, height: number): string {
  const columns = panel.targets.map(({ refId, legendFormat }) => ({ refId, title: legendFormat }));
  const rows = joinByCountry(
    series,
    columns.map(({ refId }) => refId),
  );
  const { unit = 'locale', decimals } = panel.fieldConfig?.defaults ?? {};
  const room = Math.floor(height / LINE) - 1;
  const body = rows.slice(0, room).map(({ country, values }) => {
    const cells = values.map(
      (value) => `<td>${value === undefined ? '' : formatValue(value, unit, decimals)}</td>`,
    );
    return `<tr><th>${escapeText(country)}</th>${cells.join('')}</tr>`;
  });
  const head = columns.map(({ title }) => `<th>${escapeText(title)}</th>`).join('');
  return `<table><tr class="head"><th>country</th>${head}</tr>${body.join('')}</table>`;
}

/** One row a country, with the value of each query; the largest in the first column first. */
export function joinByCountry(
  series: PanelData['series'],
  refIds: readonly string[],
): { readonly country: string; readonly values: readonly (number | undefined)[] }[] {
  const countries = new Set(series.map(({ labels }) => labels.country ?? ''));
  return [...countries]
    .map((country) => ({
      country,
      values: refIds.map(
        (refId) =>
          series
            .find((one) => one.refId === refId && (one.labels.country ?? '') === country)
            ?.samples.at(-1)?.[1],
      ),
    }))
    .sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0) || a.country.localeCompare(b.country));
}
