import type { JSX } from 'preact';
import { nextTheme } from '../state/theme.ts';
import { SEARCH_ID } from './countries.tsx';
import { Icon } from './icon.tsx';
import { toggleTail } from './tail.tsx';

const DIALOG_ID = 'keys';

interface Key {
  readonly key: string;
  readonly name: string;
  readonly what: string;
  press(): void;
}

const KEYS: readonly Key[] = [
  { key: 'l', name: 'L', what: 'go to the light', press: () => document.getElementById('light')?.focus() },
  { key: ' ', name: 'Space', what: 'pause or resume the live messages', press: toggleTail },
  { key: '/', name: '/', what: 'find a country', press: () => document.getElementById(SEARCH_ID)?.focus() },
  { key: 't', name: 'T', what: 'change the theme', press: nextTheme },
  { key: '?', name: '?', what: 'show these keys', press: openKeys },
];

/** Opens the list of keys. */
export function openKeys(): void {
  const dialog = document.getElementById(DIALOG_ID);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** Acts on the keys of the page, unless they belong to what has the focus. */
export function followKeys(): void {
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null)
      return;
    if (target instanceof HTMLElement && target.closest('input, select, textarea') !== null) return;
    // Space presses a button that has the focus.
    if (key === ' ' && target instanceof HTMLElement && target.closest('button, a, summary') !== null) return;
    const found = KEYS.find((candidate) => candidate.key === key);
    if (found === undefined) return;
    event.preventDefault();
    found.press();
  });
}

/** The list of keys. */
export function KeysDialog(): JSX.Element {
  return (
    <dialog id={DIALOG_ID} aria-labelledby="keys-title">
      <form method="dialog">
        <header class="toolbar">
          <h2 id="keys-title">Keys</h2>
          <button type="submit" class="icon-button" aria-label="Close">
            <Icon name="close" />
          </button>
        </header>
        <dl>
          {KEYS.map(({ key, name, what }) => (
            <div key={key}>
              <dt>
                <kbd>{name}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </form>
    </dialog>
  );
}
