/** Colours of lines, in order; the same series keeps its colour within a panel. */
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#5794f2',
  '#ff9830',
  '#f2495c',
  '#b877d9',
  '#37872d',
  '#8ab8ff',
  '#fade2a',
  '#ff7383',
  '#c0d8ff',
  '#96d98d',
] as const;

const NAMED: Readonly<Record<string, string>> = {
  green: '#73bf69',
  orange: '#ff9830',
  red: '#f2495c',
  text: '#ccccdc',
};

/** Background, lines and text. */
export const THEME = {
  page: '#111217',
  panel: '#181b1f',
  border: '#2c3036',
  grid: '#2a2d33',
  text: '#ccccdc',
  faint: '#8e8e9c',
} as const;

/** Colour of the n-th series. */
export function seriesColor(index: number): string {
  return PALETTE[index % PALETTE.length] ?? PALETTE[0];
}

/** A colour that Grafana knows by name. */
export function namedColor(name: string): string {
  return NAMED[name] ?? name;
}

/** Darker to brighter, for 0 to 1. */
export function heatColor(share: number): string {
  const from = [24, 38, 66];
  const to = [168, 214, 255];
  const part = (index: number): number =>
    Math.round((from[index] ?? 0) + ((to[index] ?? 0) - (from[index] ?? 0)) * share);
  return `rgb(${part(0)},${part(1)},${part(2)})`;
}

/** Text that is safe within HTML and SVG. */
export function escapeText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
