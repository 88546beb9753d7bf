/** Where something is on the page. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

/** How far the tops of two things of one row may differ, pixels. */
const SAME_ROW = 4;

/**
 * The thing that an arrow key leads to: the next or the one before, or the nearest of the row below or above.
 *
 * @param places of all things, in the order of reading
 * @returns its index; undefined above the first row; `index` itself where there is nothing further
 */
export function neighbourOf(places: readonly Place[], index: number, key: string): number | undefined {
  const here = places[index];
  if (here === undefined) return undefined;
  switch (key) {
    case 'ArrowRight':
      return Math.min(index + 1, places.length - 1);
    case 'ArrowLeft':
      return Math.max(index - 1, 0);
    case 'ArrowDown': {
      const row = nearestRow(
        places.filter(({ top }) => top > here.top + SAME_ROW),
        'first',
      );
      return row.length === 0 ? index : places.indexOf(nearest(row, here));
    }
    case 'ArrowUp': {
      const row = nearestRow(
        places.filter(({ top }) => top < here.top - SAME_ROW),
        'last',
      );
      return row.length === 0 ? undefined : places.indexOf(nearest(row, here));
    }
    default:
      return index;
  }
}

function nearestRow(places: readonly Place[], which: 'first' | 'last'): readonly Place[] {
  const tops = places.map(({ top }) => top);
  const edge = which === 'first' ? Math.min(...tops) : Math.max(...tops);
  return places.filter(({ top }) => Math.abs(top - edge) <= SAME_ROW);
}

function nearest(row: readonly Place[], here: Place): Place {
  return row.reduce((best, place) =>
    Math.abs(place.left - here.left) < Math.abs(best.left - here.left) ? place : best,
  );
}
