import { formatCount } from '../../../report/text-table.ts';
import type { Progress } from '../load/measure-load.ts';

/** `load 3 s: 4,210 accepted; stored: <lane> 4,198, <lane> 4,180` */
export function progressLine({ phase, atSeconds, accepted, storedByLane }: Progress): string {
  const stored = Object.entries(storedByLane).map(
    ([lane, count]) => `${lane} ${count === null ? '?' : formatCount(count)}`,
  );
  return `${phase} ${Math.round(atSeconds)} s: ${formatCount(accepted)} accepted; stored: ${stored.join(', ')}`;
}
