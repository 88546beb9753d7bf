/** Also read by `theme.js`, before the first paint. */
const KEY = 'caudal.theme';
const NEXT: Readonly<Record<string, 'auto' | 'light' | 'dark'>> = {
  auto: 'light',
  light: 'dark',
  dark: 'auto',
};

/** Shows the button that changes the theme; what is chosen lasts. `auto` follows the system. */
export function startTheme(button: HTMLElement): void {
  const { dataset } = document.documentElement;
  const show = (): void => {
    button.textContent = `Theme: ${dataset.theme ?? 'auto'}`;
  };
  button.addEventListener('click', () => {
    const theme = NEXT[dataset.theme ?? 'auto'] ?? 'auto';
    if (theme === 'auto') delete dataset.theme;
    else dataset.theme = theme;
    try {
      if (theme === 'auto') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Without storage it lasts as long as the page.
    }
    show();
  });
  show();
  button.hidden = false;
}
