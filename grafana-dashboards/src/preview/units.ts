/** A value as Grafana writes it in a unit; the units are those that the dashboards use. */
export function formatValue(value: number, unit: string, decimals?: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  switch (unit) {
    case 's':
      return formatSeconds(value);
    case 'bytes':
      return scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB']);
    case 'percentunit':
      return `${rounded(value * 100)}%`;
    case 'mps':
      return `${scaled(value, 1_000, ['', 'K', 'M'])} msg/s`;
    case 'reqps':
      return `${scaled(value, 1_000, ['', 'K', 'M'])} req/s`;
    case 'ops':
      return `${scaled(value, 1_000, ['', 'K', 'M'])} ops/s`;
    case 'locale':
      return value.toLocaleString('en-US', { maximumFractionDigits: decimals ?? 2 });
    case 'short':
      return scaled(value, 1_000, ['', 'K', 'Mil', 'Bil']);
    default:
      throw new Error(`the preview does not know the unit ${unit}`);
  }
}

function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) return '0 s';
  if (size < 0.001) return `${rounded(seconds * 1e6)} µs`;
  if (size < 1) return `${rounded(seconds * 1e3)} ms`;
  if (size < 120) return `${rounded(seconds)} s`;
  if (size < 7_200) return `${rounded(seconds / 60)} min`;
  return `${rounded(seconds / 3_600)} h`;
}

function scaled(value: number, base: number, names: readonly string[]): string {
  let rest = value;
  let index = 0;
  while (Math.abs(rest) >= base && index < names.length - 1) {
    rest /= base;
    index += 1;
  }
  return `${rounded(rest)} ${names[index] ?? ''}`.trimEnd();
}

/** Three digits that matter. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
