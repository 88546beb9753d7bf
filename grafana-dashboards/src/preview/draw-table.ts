import { fieldConfigOf } from '../model/field-config.ts';
import { colorOf } from './draw-figure.ts';
import type { PanelData } from './panel-data.ts';
import { escapeText, THEME } from './theme.ts';
import { formatValue } from './units.ts';

const LINE = 24;

/** A table as its transformations would make it. */
export interface Table {
  /** Title of the column that names the rows. */
  readonly of: string;
  readonly columns: readonly string[];
  /** The largest in the first column first; what is not there stays empty. */
  readonly rows: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[];
}

/** A table: a matrix of one query's labels, or one column for each query; the first column sorts. */
export function drawTable({ panel, series }: PanelData, height: number): string {
  const { of, columns, rows } = tableOf({ panel, series });
  const first = rows.map(({ values }) => values[0] ?? 0);
  const highest = Math.max(...first, 1e-9);
  const body = rows.slice(0, Math.floor(height / LINE) - 1).map(({ name, values }) => {
    const cells = values.map((value, index) => {
      const field = fieldConfigOf(panel.fieldConfig, columns[index] ?? '');
      const text = value === undefined ? '' : formatValue(value, field.unit ?? 'locale', field.decimals);
      return `<td${styleOf(value, field, highest)}>${escapeText(text)}</td>`;
    });
    return `<tr><th>${escapeText(name)}</th>${cells.join('')}</tr>`;
  });
  const head = columns.map((title) => `<th>${escapeText(title)}</th>`).join('');
  return `<table><tr class="head"><th>${escapeText(of)}</th>${head}</tr>${body.join('')}</table>`;
}

function styleOf(
  value: number | undefined,
  field: ReturnType<typeof fieldConfigOf>,
  highest: number,
): string {
  if (value === undefined) return '';
  if (field.custom?.cellOptions?.type === 'color-background') {
    return ` style="background:color-mix(in srgb,${colorOf(value, field)} 55%,${THEME.panel})"`;
  }
  if (field.custom?.cellOptions?.type === 'gauge') {
    const share = ((100 * value) / highest).toFixed(1);
    return ` style="background:linear-gradient(to right,${THEME.border} ${share}%,transparent ${share}%)"`;
  }
  return '';
}

/** Rows and columns, by the transformation that the panel has. @throws Error for a table without one that is understood */
export function tableOf({ panel, series }: PanelData): Table {
  const matrix = panel.transformations?.find(({ id }) => id === 'groupingToMatrix')?.options as
    | { readonly rowField: string; readonly columnField: string }
    | undefined;
  if (matrix !== undefined) {
    return join(series, matrix.rowField, ({ labels }) => labels[matrix.columnField] ?? '', byRank);
  }
  const joined = panel.transformations?.find(({ id }) => id === 'joinByField')?.options as
    | { readonly byField: string }
    | undefined;
  if (joined === undefined) throw new Error(`the preview cannot lay out the table "${panel.title}"`);
  const titles = new Map(panel.targets.map(({ refId, legendFormat }) => [refId, legendFormat]));
  return join(series, joined.byField, ({ refId }) => titles.get(refId) ?? refId);
}

function join(
  series: PanelData['series'],
  rowLabel: string,
  columnOf: (one: PanelData['series'][number]) => string,
  order: (a: string, b: string) => number = () => 0,
): Table {
  const columns = [...new Set(series.map(columnOf))].sort(order);
  const rows = [...new Set(series.map(({ labels }) => labels[rowLabel] ?? ''))]
    .map((name) => ({
      name,
      values: columns.map(
        (column) =>
          series
            .find((one) => (one.labels[rowLabel] ?? '') === name && columnOf(one) === column)
            ?.samples.at(-1)?.[1],
      ),
    }))
    .sort((a, b) => (b.values[0] ?? 0) - (a.values[0] ?? 0) || a.name.localeCompare(b.name));
  return { of: rowLabel, columns, rows };
}

/** Accepted, then what each lane has, then the differences. */
function byRank(a: string, b: string): number {
  const rank = (column: string): number =>
    column === 'accepted' ? 0 : column.startsWith('difference') ? 2 : 1;
  return rank(a) - rank(b) || a.localeCompare(b);
}
