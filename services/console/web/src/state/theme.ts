import { signal } from '@preact/signals';

/** What the reader wants; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

/** Also read by `theme.js`, before the first paint. */
const KEY = 'caudal.theme';
const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };

function chosen(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** The theme in use. */
export const theme = signal<Theme>(chosen());

/** Changes to the next theme and keeps it. */
export function nextTheme(): void {
  theme.value = NEXT[theme.value];
  if (theme.value === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
  try {
    if (theme.value === 'auto') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme.value);
  } catch {
    // Without storage it lasts as long as the page.
  }
}
