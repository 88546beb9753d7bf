import type { FieldDefaultsJson } from '../model/dashboard-json.ts';

/** Which background a picture has. */
export type ThemeName = 'dark' | 'light';

const VALUES = {
  dark: {
    page: '#111217',
    panel: '#181b1f',
    border: '#2c3036',
    grid: '#2a2d33',
    text: '#ccccdc',
    faint: '#8e8e9c',
    link: '#6e9fff',
    green: '#73bf69',
    orange: '#ff9830',
    red: '#f2495c',
  },
  light: {
    page: '#f4f5f5',
    panel: '#ffffff',
    border: '#dcdee3',
    grid: '#e7e9ee',
    text: '#24292e',
    faint: '#6a6c75',
    link: '#1f62e0',
    green: '#56a64b',
    orange: '#f28418',
    red: '#e02f44',
  },
} as const satisfies Record<ThemeName, Record<string, string>>;

/** Background, lines, text and colours that have a name in Grafana, as CSS: their values are in {@link themeStyle}. */
export const THEME = {
  page: 'var(--page)',
  panel: 'var(--panel)',
  border: 'var(--border)',
  grid: 'var(--grid)',
  text: 'var(--text)',
  faint: 'var(--faint)',
  link: 'var(--link)',
} as const;

/** The values of a theme's colours, as CSS. */
export function themeStyle(name: ThemeName): string {
  const values = Object.entries(VALUES[name]).map(([color, value]) => `--${color}:${value}`);
  return `:root{${values.join(';')}}`;
}

/** A colour that Grafana knows by name, or is given as it is. */
export function namedColor(name: string): string {
  return name in VALUES.dark ? `var(--${name})` : name;
}

/** How far a shade is from its colour: towards the text, or towards the background. */
const SHADES = ['', 'panel 35%', 'text 50%', 'panel 60%', 'text 25%', 'panel 20%'] as const;

/**
 * The n-th shade of a colour, as Grafana's colour mode `shades` gives each series of a panel its own.
 */
export function shadeOf(color: string, index: number): string {
  const shade = SHADES[index % SHADES.length] ?? '';
  const [towards, share] = shade.split(' ');
  if (share === undefined) return namedColor(color);
  return `color-mix(in srgb,${namedColor(color)},var(--${towards}) ${share})`;
}

/** Colour of the n-th series of a panel. @throws Error for a colour mode that the dashboards do not use */
export function seriesColor({ color }: FieldDefaultsJson, index: number): string {
  const { mode = 'fixed', fixedColor = 'text' } = color ?? {};
  if (mode === 'fixed') return namedColor(fixedColor);
  if (mode === 'shades') return shadeOf(fixedColor, index);
  throw new Error(`the preview does not know the colour mode ${mode}`);
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
