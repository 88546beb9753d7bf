import type { JSX } from 'preact';

/** Paths on a grid of 24. */
const PATHS = {
  exact: 'M5 12.5l4.500 4.500L19 7',
  equal: 'M6 9.500h12M6 14.500h12',
  'in-flight': 'M5 7l5 5-5 5M13 7l5 5-5 5',
  drift: 'M12 5.500v8M12 18v.1',
  unknown: 'M8.500 9a3.500 3.500 0 1 1 5.200 3.100c-1.100.6-1.700 1.300-1.700 2.400M12 18v.1',
  pause: 'M9 6v12M15 6v12',
  play: 'M8 5.500l10 6.500-10 6.500z',
  search: 'M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15.500 15.500L20 20',
  auto: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 4v16',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100',
  dark: 'M19 14.500A7.500 7.500 0 0 1 9.500 5a7.500 7.500 0 1 0 9.500 9.500z',
  keys: 'M4 7h16v10H4zM8 14h8M8 10.500h.1M12 10.500h.1M16 10.500h.1',
  close: 'M6 6l12 12M18 6L6 18',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  clear: 'M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12',
} as const;

/** Name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon of the size and colour of the text around it; it says nothing to a screen reader. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} fill={filled ? 'currentColor' : 'none'} />
    </svg>
  );
}

/** The mark of Caudal: two streams that arrive as one. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="mark-a" d="M3 8c8 0 9 8 17 8" />
      <path class="mark-b" d="M3 24c8 0 9-8 17-8" />
      <path class="mark-c" d="M3 16h17" />
      <circle cx="25.500" cy="16" r="4" />
    </svg>
  );
}
