import type { JSX } from 'preact';
import { count } from '../model/format.ts';
import { scale, scaleError, scaleTo, scaling } from '../state/scale.ts';
import { Icon } from './icon.tsx';

/** How many consumers a lane has; with the right to change it, also the buttons that do. */
export function ScaleButtons({
  lane,
  consumers,
}: {
  lane: string;
  consumers: number | undefined;
}): JSX.Element {
  const right = scale.value;
  const wanted = right?.replicas[lane];
  if (right === undefined || !right.enabled || wanted === undefined)
    return (
      <footer class="scale">
        <span>
          {count(consumers)} {consumers === 1 ? 'consumer' : 'consumers'}
        </span>
      </footer>
    );
  const isBusy = scaling.value !== undefined;
  const button = (name: 'minus' | 'plus', to: number): JSX.Element => (
    <button
      type="button"
      class="icon-button"
      disabled={isBusy || to < 0 || to > right.max}
      aria-label={`${lane}: ${to} ${to === 1 ? 'consumer' : 'consumers'}`}
      onClick={() => void scaleTo(lane, to)}
    >
      <Icon name={name} />
    </button>
  );
  return (
    <footer class="scale">
      <span>
        {count(consumers)} of {wanted} {wanted === 1 ? 'consumer' : 'consumers'}
      </span>
      <span class="buttons">
        {button('minus', wanted - 1)}
        {button('plus', wanted + 1)}
      </span>
      {scaleError.value?.startsWith(`${lane}:`) && <p class="lane-error">{scaleError}</p>}
    </footer>
  );
}
