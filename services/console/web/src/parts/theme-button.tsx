import type { JSX } from 'preact';
import { nextTheme, theme } from '../state/theme.ts';
import { Icon } from './icon.tsx';

/** Changes the theme, and shows which one is in use. */
export function ThemeButton(): JSX.Element {
  return (
    <button type="button" class="icon-button" onClick={nextTheme} aria-label={`Theme: ${theme.value}`}>
      <Icon name={theme.value} />
    </button>
  );
}
