import { neighbourOf } from './model/neighbour.ts';

/** Things that arrow keys lead to: people and films. Links inside of a film are reached by Tab. */
const STOPS = '.person, .whole';

/** Lets arrow keys lead from the field into the results and through them, and Escape lead back. */
export function startKeys(field: HTMLInputElement, results: HTMLElement): void {
  const stops = (): readonly HTMLElement[] => Array.from(results.querySelectorAll<HTMLElement>(STOPS));

  field.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || event.isComposing) return;
    const [first] = stops();
    if (first === undefined) return;
    event.preventDefault();
    focus(first);
  });

  results.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      backTo(field);
      return;
    }
    const all = stops();
    const here = document.activeElement?.closest('.poster')?.querySelector<HTMLElement>('.whole');
    const index = all.indexOf(here ?? (document.activeElement as HTMLElement));
    if (index < 0 || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    const places = all.map((stop) => (stop.closest('.poster') ?? stop).getBoundingClientRect());
    const next = neighbourOf(places, index, event.key);
    const stop = next === undefined ? undefined : all[next];
    if (stop === undefined) backTo(field);
    else focus(stop);
  });
}

function focus(stop: HTMLElement): void {
  stop.focus({ preventScroll: true });
  (stop.closest('.poster') ?? stop).scrollIntoView({ block: 'nearest' });
}

function backTo(field: HTMLInputElement): void {
  field.focus();
  field.select();
}
